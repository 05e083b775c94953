import type { HeaderMap } from "../http/header-map.ts";

/** Where a message's body ends (RFC 9112 section 6.3). */
export type BodyFraming =
  | { readonly kind: "none" }
  | { readonly kind: "length"; readonly bytes: number }
  | { readonly kind: "chunked" }
  /** Answers only: all that comes until the connection ends. */
  | { readonly kind: "untilClose" }
  /** No body of this message: from here on the connection carries something else, until it ends. */
  | { readonly kind: "tunnel" };

export interface MessageHead {
  /** Pseudo headers first. Those about the connection are still there. */
  readonly headers: HeaderMap;
  readonly framing: BodyFraming;
  /** A message before the answer (100, 103): another head follows. */
  readonly isInterim: boolean;
  /** Whether the sender is ready to use the connection again. */
  readonly keepAlive: boolean;
  readonly protocol: "HTTP/1.0" | "HTTP/1.1";
  /** Names as they were sent, by lower-case name; the first spelling counts. Absent unless asked for. */
  readonly sentNames: ReadonlyMap<string, string> | undefined;
}

export const NO_BODY: BodyFraming = { kind: "none" };
export const CHUNKED: BodyFraming = { kind: "chunked" };
export const UNTIL_CLOSE: BodyFraming = { kind: "untilClose" };
export const TUNNEL: BodyFraming = { kind: "tunnel" };
