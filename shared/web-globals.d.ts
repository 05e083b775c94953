// The only Web globals the core may use. Both host programs check the same sources again under their real types, so a
// declaration here that is wider than the platform's shows up there.
declare class TextEncoder {
  encode(input?: string): Uint8Array<ArrayBuffer>;
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(input?: Uint8Array): string;
}
declare class AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
}
declare class AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}
// Only passed through, by the admin application to and from hono.
declare class Request {
  readonly method: string;
  readonly url: string;
}
declare class Response {
  readonly status: number;
}
