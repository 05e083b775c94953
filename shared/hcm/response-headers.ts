import type { HeaderMap } from "../http/header-map.ts";
import { appendVia } from "./request-sanitizer.ts";

/** Fields of `HttpConnectionManager` that shape every answer. */
export interface ResponseHeaderPolicy {
  readonly serverName: string;
  readonly serverHeaderTransformation: "OVERWRITE" | "APPEND_IF_ABSENT" | "PASS_THROUGH";
  readonly via: string;
  readonly alwaysSetRequestId: boolean;
}

/**
 * What the connection manager does to every answer, the proxy's own included, as the last step before it goes out. Source: Envoy
 * `ConnectionManagerUtility::mutateResponseHeaders`. Hop-by-hop headers were removed where the answer came in.
 */
export function finalizeResponse(headers: HeaderMap, request: HeaderMap, policy: ResponseHeaderPolicy): void {
  setServer(headers, policy);
  if (policy.via !== "") appendVia(headers, policy.via);
  const requestId = request.get("x-request-id");
  const tellsId = policy.alwaysSetRequestId || request.has("x-envoy-force-trace");
  if (tellsId && requestId !== undefined) headers.set("x-request-id", requestId);
}

function setServer(headers: HeaderMap, { serverName, serverHeaderTransformation }: ResponseHeaderPolicy): void {
  switch (serverHeaderTransformation) {
    case "OVERWRITE":
      headers.set("server", serverName);
      return;
    case "APPEND_IF_ABSENT":
      if (!headers.has("server")) headers.set("server", serverName);
      return;
    case "PASS_THROUGH":
  }
}
