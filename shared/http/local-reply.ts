import type { HeaderMap } from "./header-map.ts";
import type { ResponseFlag } from "./response-flags.ts";

/** An answer that the proxy makes itself. */
export interface LocalReply {
  readonly status: number;
  /** Plain text; an empty body has no content type. Default: empty. */
  readonly body?: string;
  /** One of `DETAILS`, or a filter's own documented string. */
  readonly details: string;
  readonly flag?: ResponseFlag;
  /** Adjusts the headers after the standard ones are set. */
  readonly modifyHeaders?: (headers: HeaderMap) => void;
  /** For gRPC requests; else derived from `status`. */
  readonly grpcStatus?: number;
}
