import { ConfigPath } from "../../shared/diagnostics/config-path.ts";
import { DiagnosticCollector } from "../../shared/diagnostics/collector.ts";
import { renderDiagnostic } from "../../shared/diagnostics/render.ts";
import type { HostCapabilities } from "../../shared/host/capabilities.ts";
import type { FilterKey } from "../../shared/http/filter-key.ts";
import type { HttpFilterFactory, NewHttpFilter } from "../../shared/http-filter/filter-factory.ts";
import type { ForwardRoute } from "../../shared/router/route.ts";
import { createLocalStats } from "../../shared/stats/local-stats.ts";
import { forwardRoute } from "./sample-route.ts";

const CAPABILITIES: HostCapabilities = {
  target: "node",
  rawConnect: true,
};

/** A filter as a chain has it, with the per-route configurations of one route. */
export interface FilterSetup {
  readonly create: NewHttpFilter;
  readonly route: ForwardRoute;
  /** What was reported, rendered. */
  readonly diagnostics: readonly string[];
  counter(name: string): number;
}

/** Compiles a filter and, least specific first, the configurations that levels of a route have for it. */
export function setUpFilter<Config, RouteConfig>(
  factory: HttpFilterFactory<Config, RouteConfig>,
  config: Config,
  levels: readonly object[] = [],
): FilterSetup {
  const stats = createLocalStats();
  const diagnostics = new DiagnosticCollector();
  const common = { filterName: "filter", path: ConfigPath.root, diagnostics, capabilities: CAPABILITIES };
  const create = factory.prepare(config, { ...common, stats: stats.store });
  // The factory says what its configurations are; the loader checks that, and tests write them by hand.
  const compiled = levels.map((level) => factory.prepareRouteConfig?.(level as never, common));
  return {
    create: create ?? (() => ({})),
    route: routeWith(compiled.filter((level) => level !== undefined)),
    diagnostics: diagnostics.diagnostics.map(renderDiagnostic),
    counter: (name) => stats.store.counter(name).value,
  };
}

/** A route that has per-filter configurations and forwards; nothing asks for the rest of it. */
function routeWith(levels: readonly unknown[]): ForwardRoute {
  const perFilterConfigs = <T>(_key: FilterKey<T>): readonly T[] => levels as readonly T[]; // compiled by the filter itself
  return forwardRoute("cluster", {
    perFilterConfig: (key) => perFilterConfigs(key).at(-1),
    perFilterConfigs,
    finalizeResponseHeaders: (headers) => headers.add("x-route", "1"),
    finalizeRequestHeaders: () => undefined,
  });
}
