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

/** What a reply has become. */
export interface RewrittenReply {
  readonly status: number;
  readonly body: string;
  /** For a body whose headers name none. */
  readonly contentType: string;
}

/** Changes replies before they are encoded. */
export interface ReplyRewriter {
  /** `headers` are those of the answer, without the ones that frame its body; it may change them. */
  rewrite(reply: LocalReply, headers: HeaderMap): RewrittenReply;
}
