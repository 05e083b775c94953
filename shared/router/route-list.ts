import type { HeaderMap } from "../http/header-map.ts";
import type { RouteEntry } from "./compile-route.ts";
import { ANY_PATH } from "./path-specifier.ts";
import { RouteIndex } from "./route-index.ts";
import type { MatchTrace, RouteInput, RouteMatch } from "./route.ts";

/** Chooses among the routes of a virtual host. */
export interface RouteChoice {
  match(request: HeaderMap, input: RouteInput, trace: MatchTrace | undefined): RouteMatch;
}

export const NO_ROUTE: RouteMatch = { kind: "none" };

/** Routes of which the first that matches is taken, found through an index and not by trying one after the other. */
export class RouteList implements RouteChoice {
  /** By their place in `#index`; CONNECT has its own, since no other route matches it. */
  readonly #entries: readonly RouteEntry[];
  readonly #connectEntries: readonly RouteEntry[];
  readonly #index: RouteIndex;
  readonly #ignoresParameters: boolean;

  /** With `ignoresParameters`, path parameters (`;x=1`) are left out before paths are compared, but not for templates, as in Envoy. */
  constructor(entries: readonly RouteEntry[], ignoresParameters: boolean) {
    this.#connectEntries = entries.filter(({ specifier }) => specifier.isConnect === true);
    this.#entries = entries.filter(({ specifier }) => specifier.isConnect !== true);
    this.#index = new RouteIndex(
      this.#entries.map(({ specifier, conditions }) => ({
        key: ignoresParameters && specifier.template !== undefined ? ANY_PATH : specifier.key,
        exactHeaders: conditions.exactHeaders,
      })),
    );
    this.#ignoresParameters = ignoresParameters;
  }

  match(request: HeaderMap, input: RouteInput, trace: MatchTrace | undefined): RouteMatch {
    if (request.get(":method") === "CONNECT") return this.#matchConnect(request, input, trace);
    const wholePath = withoutQuery(request.get(":path") ?? "");
    const path = this.#ignoresParameters ? wholePath.replace(/;[^/]*/g, "") : wholePath;
    const candidates = this.#index.candidates(path, request);
    for (let position = candidates.next(); position >= 0; position = candidates.next()) {
      if (trace !== undefined) trace.candidatesExamined += 1;
      const entry = this.#entries[position];
      if (entry === undefined) continue;
      const own = entry.specifier.template === undefined ? path : wholePath;
      if (holds(entry, own, request, input)) return entry.pick(request, input);
    }
    return NO_ROUTE;
  }

  #matchConnect(request: HeaderMap, input: RouteInput, trace: MatchTrace | undefined): RouteMatch {
    for (const entry of this.#connectEntries) {
      if (trace !== undefined) trace.candidatesExamined += 1;
      if (holds(entry, "", request, input)) return entry.pick(request, input);
    }
    return NO_ROUTE;
  }
}

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
