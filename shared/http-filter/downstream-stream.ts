import type { BodySource } from "../http/body-source.ts";
import type { HeaderMap } from "../http/header-map.ts";
import type { ResetReason } from "../http/reset-reason.ts";

/**
 * The client's side of one stream, given by the host: where the answer goes. The filter manager calls `encodeInformational` any
 * number of times, then at most one of `encodeHeaders` and `encodeUpgrade`. `reset` may come at any time, once, and is the last
 * call.
 */
export interface DownstreamStream {
  /** 1xx other than 101. */
  encodeInformational(headers: HeaderMap): void;
  /**
   * The answer. The host pulls the body; an absent body is the end of the stream. When the last byte is out it calls
   * `FilterManager.complete`; when the body fails, or the client goes away, `FilterManager.reset`.
   */
  encodeHeaders(headers: HeaderMap, body: BodySource | undefined): void;
  /** A 101 or a CONNECT that succeeded: the host joins both ends and calls `complete` when they are done. */
  encodeUpgrade(headers: HeaderMap, connection: unknown): void;
  /** Breaks the stream in a way that the client can tell from an end. */
  reset(reason: ResetReason): void;
}
