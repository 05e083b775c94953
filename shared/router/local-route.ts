import type { Substitution } from "../formatter/compile-substitution.ts";
import type { HeaderMap } from "../http/header-map.ts";
import type { StreamInfo } from "../http/stream-info.ts";
import { fromByteString, toByteString } from "../matching/byte-string.ts";
import { CompiledRoute } from "./compiled-route.ts";
import type { RedirectLocation } from "./redirect-location.ts";
import type { RouteScope } from "./route-scope.ts";
import type { FormattedBody, ReplyRoute } from "./route.ts";

/** What a route answers. */
export interface LocalAnswer {
  readonly kind: ReplyRoute["kind"];
  readonly status: number;
  readonly body: string;
  readonly bodyFormat?: Substitution | undefined;
}

/** A route that answers by itself. */
export class LocalRoute extends CompiledRoute implements ReplyRoute {
  readonly kind: ReplyRoute["kind"];
  readonly status: number;
  readonly body: string;
  readonly #bodyFormat: Substitution | undefined;
  readonly #location: RedirectLocation;

  constructor(scope: RouteScope, { kind, status, body, bodyFormat }: LocalAnswer, location: RedirectLocation) {
    super(scope);
    this.kind = kind;
    this.status = status;
    this.body = body;
    this.#bodyFormat = bodyFormat;
    this.#location = location;
  }

  formattedBody(request: HeaderMap, info: StreamInfo): FormattedBody | undefined {
    if (this.#bodyFormat === undefined) return undefined;
    const { format, contentType } = this.#bodyFormat;
    const context = { requestHeaders: request, streamInfo: info, localReplyBody: toByteString(this.body) };
    return { text: fromByteString(format(context)), contentType };
  }

  location(request: HeaderMap, info: StreamInfo): string {
    return this.#location(request, info);
  }
}
