import type { HeaderMap } from "../../../http/header-map.ts";
import type { LocalReply } from "../../../http/local-reply.ts";
import { DETAILS } from "../../../http/response-code-details.ts";
import type { StreamInfo } from "../../../http/stream-info.ts";
import type { ReplyRoute } from "../../../router/route.ts";

/** The answer of a route that answers by itself. `Location` stands on 201 and 3xx only (RFC 9110 section 10.2.2). */
export function replyOfRoute(route: ReplyRoute, request: HeaderMap, info: StreamInfo): LocalReply {
  const { status } = route;
  const formatted = route.formattedBody(request, info);
  const hasLocation = status === 201 || (status >= 300 && status < 400);
  const location = hasLocation ? route.location(request, info) : undefined;
  return {
    status,
    body: formatted?.text ?? route.body,
    details: DETAILS.directResponse,
    modifyHeaders(headers) {
      if (location !== undefined && location !== "") headers.set("location", location);
      if (formatted !== undefined && formatted.text !== "") headers.set("content-type", formatted.contentType);
      route.finalizeResponseHeaders(headers, request, info);
    },
  };
}
