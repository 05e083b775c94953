import type { LogFilter } from "../../access-log/log-entry.ts";
import type { Substitution } from "../../formatter/compile-substitution.ts";
import type { FormatContext } from "../../formatter/format-context.ts";
import type { RandomSource } from "../../host/random-source.ts";
import type { HeaderMap } from "../../http/header-map.ts";
import type { LocalReply, ReplyRewriter, RewrittenReply } from "../../http/local-reply.ts";
import type { StreamInfo } from "../../http/stream-info.ts";
import { fromByteString, toByteString } from "../../matching/byte-string.ts";
import type { HeaderMutation } from "../../router/header-mutation.ts";

/** One `ResponseMapper`, compiled: what it changes of the replies that it is for. */
export interface ReplyMapping {
  readonly filter: LogFilter;
  readonly status: number | undefined;
  readonly body: string | undefined;
  readonly headers: HeaderMutation | undefined;
  readonly format: Substitution | undefined;
}

/** A compiled `LocalReplyConfig`. Immutable. */
export interface LocalReplies {
  readonly mappings: readonly ReplyMapping[];
  /** For replies whose mapping has no format of its own. Absent: bodies are sent as they are. */
  readonly format: Substitution | undefined;
}

/** What a reply belongs to. */
export interface RepliedStream {
  readonly requestHeaders: HeaderMap;
  readonly streamInfo: StreamInfo;
  readonly random: RandomSource;
}

/**
 * Changes the proxy's own answers as configured: the first mapping whose filter holds, then the body's format. As in Envoy,
 * filters and added headers see the code that the reply came with, and formats the one that it goes with. Source: Envoy
 * `LocalReply::LocalReplyImpl::rewrite`, and observed.
 */
export class LocalReplyMapper implements ReplyRewriter {
  readonly #replies: LocalReplies;
  readonly #stream: RepliedStream;

  constructor(replies: LocalReplies, stream: RepliedStream) {
    this.#replies = replies;
    this.#stream = stream;
  }

  rewrite(reply: LocalReply, responseHeaders: HeaderMap): RewrittenReply {
    const { requestHeaders, streamInfo, random } = this.#stream;
    streamInfo.responseCode = reply.status;
    const context: FormatContext = { requestHeaders, responseHeaders, streamInfo };
    const entry = { ...context, random, moment: "NotSet" } as const;
    const mapping = this.#replies.mappings.find(({ filter }) => filter(entry));
    mapping?.headers?.apply(responseHeaders, context);
    const status = mapping?.status ?? reply.status;
    streamInfo.responseCode = status;
    responseHeaders.set(":status", String(status));
    const body = mapping?.body ?? reply.body ?? "";
    return { status, ...formatted(body, mapping?.format ?? this.#replies.format, context) };
  }
}

function formatted(
  body: string,
  format: Substitution | undefined,
  context: FormatContext,
): Pick<RewrittenReply, "body" | "contentType"> {
  if (format === undefined) return { body, contentType: "text/plain" };
  const text = format.format({ ...context, localReplyBody: toByteString(body) });
  return { body: fromByteString(text), contentType: format.contentType };
}
