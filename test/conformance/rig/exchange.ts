/** Name and value, as they stood on the wire. */
export type HeaderLine = readonly [name: string, value: string];

/** What a client got. */
export type Answer =
  | { readonly kind: "answer"; readonly status: number; readonly headers: readonly HeaderLine[]; readonly body: string }
  /** The connection ended, or nothing came in time, before the answer was whole. */
  | { readonly kind: "broken"; readonly how: "closed" | "reset" | "truncated" | "silent" | "malformed" };

/** What a backend got. */
export interface UpstreamRequest {
  readonly backend: string;
  readonly method: string;
  readonly target: string;
  readonly headers: readonly HeaderLine[];
  readonly body: string;
}

/** One request through one proxy, from every side that can be watched. */
export interface Exchange {
  readonly answer: Answer;
  readonly upstream: readonly UpstreamRequest[];
  /** Fields of the access log's line; absent where none was written. */
  readonly log: Readonly<Record<string, unknown>> | undefined;
  /** Lines of access logs that a configuration writes itself. */
  readonly ownLog: readonly string[];
}
