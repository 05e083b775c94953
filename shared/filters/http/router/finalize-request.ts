import type { UpstreamHost } from "../../../host/upstream-host.ts";
import type { HeaderMap } from "../../../http/header-map.ts";
import { removeHopByHop } from "../../../http/hop-by-hop.ts";
import type { StreamInfo } from "../../../http/stream-info.ts";
import { rewriteAuthority } from "../../../router/host-rewrite.ts";
import type { ForwardRoute } from "../../../router/route.ts";

export interface RequestFinalization {
  readonly route: ForwardRoute;
  readonly info: StreamInfo;
  /** Whether path and host as they came travel on in `x-envoy-original-path` and `-host`. */
  readonly keepOriginals: boolean;
}

const ORIGINALS = ["x-envoy-original-path", "x-envoy-original-host"] as const;

/** Makes the client's request headers those of the upstream request. Done once, whatever the number of attempts. */
export function finalizeRequest(headers: HeaderMap, { route, info, keepOriginals }: RequestFinalization): void {
  removeHopByHop(headers, { keepUpgrade: true });
  const arrived = keepOriginals ? undefined : ORIGINALS.map((name) => headers.get(name));
  route.finalizeRequestHeaders(headers, info);
  if (arrived === undefined) return;
  for (const [at, name] of ORIGINALS.entries()) restore(headers, name, arrived[at]);
}

/** `auto_host_rewrite`: each attempt names the host that it goes to. */
export function rewriteHostFor(headers: HeaderMap, host: UpstreamHost, route: ForwardRoute): void {
  if (!route.autoHostRewrite || host.hostname === "") return;
  rewriteAuthority(headers, host.hostname, route.appendXForwardedHost);
}

function restore(headers: HeaderMap, name: string, value: string | undefined): void {
  if (value === undefined) headers.remove(name);
  else headers.set(name, value);
}
