import type { HeaderMap } from "../http/header-map.ts";
import type { VirtualHostTlsRequirementType } from "../schema/envoy-types.ts";
import type { RouteChoice } from "./route-list.ts";
import type { MatchTrace, RouteInput, RouteMatch } from "./route.ts";

export interface VirtualHostSettings {
  readonly name: string;
  readonly requireTls: VirtualHostTlsRequirementType;
  readonly routes: RouteChoice;
}

/** A compiled virtual host. A request that belongs to it gets one of its routes or none. */
export class VirtualHost {
  readonly name: string;
  readonly #settings: VirtualHostSettings;

  constructor(settings: VirtualHostSettings) {
    this.name = settings.name;
    this.#settings = settings;
  }

  match(request: HeaderMap, input: RouteInput, trace: MatchTrace | undefined): RouteMatch {
    if (this.#wantsTls(request)) return { kind: "require_tls", location: httpsLocation(request) };
    return this.#settings.routes.match(request, input, trace);
  }

  /** The client's scheme is what `x-forwarded-proto` says, and nothing that is not said is https. */
  #wantsTls(request: HeaderMap): boolean {
    const { requireTls } = this.#settings;
    if (requireTls === "NONE" || request.get("x-forwarded-proto") === "https") return false;
    return requireTls === "ALL" || request.get("x-envoy-internal") !== "true";
  }
}

/** Host and port stay. Source: Envoy `Http::Utility::createSslRedirectPath`. */
function httpsLocation(request: HeaderMap): string {
  return `https://${request.get(":authority") ?? ""}${request.get(":path") ?? ""}`;
}
