import type { HeaderMap } from "../http/header-map.ts";
import type { VirtualHostTlsRequirementType } from "../schema/envoy-types.ts";
import type { RouteEntry } from "./compile-route.ts";
import type { MatchTrace, RouteInput, RouteMatch } from "./route.ts";
import { RouteIndex } from "./route-index.ts";

export interface VirtualHostSettings {
  readonly name: string;
  readonly requireTls: VirtualHostTlsRequirementType;
  readonly entries: readonly RouteEntry[];
  /** Path parameters (`;x=1`) are left out before paths are compared. */
  readonly ignorePathParameters: boolean;
}

/** A compiled virtual host. A request that belongs to it gets one of its routes or none. */
export class VirtualHost {
  readonly name: string;
  readonly #settings: VirtualHostSettings;
  /** Routes by their place in `#index`; CONNECT has its own, since no other route matches it. */
  readonly #entries: readonly RouteEntry[];
  readonly #connectEntries: readonly RouteEntry[];
  readonly #index: RouteIndex;

  constructor(settings: VirtualHostSettings) {
    this.name = settings.name;
    this.#settings = settings;
    this.#connectEntries = settings.entries.filter(({ specifier }) => specifier.isConnect === true);
    this.#entries = settings.entries.filter(({ specifier }) => specifier.isConnect !== true);
    this.#index = new RouteIndex(
      this.#entries.map(({ specifier, conditions }) => ({
        key: specifier.key,
        exactHeaders: conditions.exactHeaders,
      })),
    );
  }

  match(request: HeaderMap, input: RouteInput, trace: MatchTrace | undefined): RouteMatch {
    if (this.#wantsTls(request)) return { kind: "require_tls", location: httpsLocation(request) };
    if (request.get(":method") === "CONNECT") return this.#matchConnect(request, input, trace);
    const path = this.#pathOf(request);
    const candidates = this.#index.candidates(path, request);
    for (let position = candidates.next(); position >= 0; position = candidates.next()) {
      if (trace !== undefined) trace.candidatesExamined += 1;
      const entry = this.#entries[position];
      if (entry !== undefined && holds(entry, path, request, input)) return entry.pick(request, input);
    }
    return NONE;
  }

  #matchConnect(request: HeaderMap, input: RouteInput, trace: MatchTrace | undefined): RouteMatch {
    for (const entry of this.#connectEntries) {
      if (trace !== undefined) trace.candidatesExamined += 1;
      if (holds(entry, "", request, input)) return entry.pick(request, input);
    }
    return NONE;
  }

  /** The client's scheme is what `x-forwarded-proto` says, and nothing that is not said is https. */
  #wantsTls(request: HeaderMap): boolean {
    const { requireTls } = this.#settings;
    if (requireTls === "NONE" || request.get("x-forwarded-proto") === "https") return false;
    return requireTls === "ALL" || request.get("x-envoy-internal") !== "true";
  }

  #pathOf(request: HeaderMap): string {
    const path = withoutQuery(request.get(":path") ?? "");
    return this.#settings.ignorePathParameters ? path.replace(/;[^/]*/g, "") : path;
  }
}

const NONE: RouteMatch = { kind: "none" };

function holds({ specifier, conditions }: RouteEntry, path: string, request: HeaderMap, input: RouteInput): boolean {
  for (const condition of conditions.all) if (!condition(request, input)) return false;
  return specifier.test === undefined || specifier.test(path);
}

/** As `stripQueryAndFragment`, which costs more: this runs for every request. */
function withoutQuery(path: string): string {
  for (let at = 0; at < path.length; at++) {
    const code = path.charCodeAt(at);
    if (code === 0x3f || code === 0x23) return path.slice(0, at);
  }
  return path;
}

/** Host and port stay. Source: Envoy `Http::Utility::createSslRedirectPath`. */
function httpsLocation(request: HeaderMap): string {
  return `https://${request.get(":authority") ?? ""}${request.get(":path") ?? ""}`;
}
