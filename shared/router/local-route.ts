import type { HeaderMap } from "../http/header-map.ts";
import type { StreamInfo } from "../http/stream-info.ts";
import { CompiledRoute } from "./compiled-route.ts";
import type { RedirectLocation } from "./redirect-location.ts";
import type { ReplyRoute } from "./route.ts";
import type { RouteScope } from "./route-scope.ts";

/** A route that answers by itself. */
export class LocalRoute extends CompiledRoute implements ReplyRoute {
  readonly kind: ReplyRoute["kind"];
  readonly status: number;
  readonly body: string;
  readonly #location: RedirectLocation;

  constructor(scope: RouteScope, reply: Pick<ReplyRoute, "kind" | "status" | "body">, location: RedirectLocation) {
    super(scope);
    this.kind = reply.kind;
    this.status = reply.status;
    this.body = reply.body;
    this.#location = location;
  }

  location(request: HeaderMap, info: StreamInfo): string {
    return this.#location(request, info);
  }
}
