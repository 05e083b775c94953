import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { AnyMessage, HttpFilter } from "../schema/envoy-types.ts";
import type { HttpFiltersContext } from "./compile-http-filters.ts";

/** Compiles one entry of `typed_per_filter_config`; nothing after reporting why. */
export type CompileRouteFilterConfig = (filterName: string, config: AnyMessage, path: ConfigPath) => unknown;

/** As in Envoy, an entry is meant for the filter that has this name in the chain; one that no filter has is refused. */
export function routeFilterConfigCompiler(
  filters: readonly HttpFilter[],
  context: Omit<HttpFiltersContext, "stats">,
): CompileRouteFilterConfig {
  const byName = new Map(filters.map(({ name = "", typedConfig }) => [name, typedConfig?.["@type"] ?? ""]));
  return (filterName, config, path) => {
    const factory = context.registry.find(byName.get(filterName) ?? "");
    const { diagnostics, capabilities } = context;
    if (factory === undefined) {
      const names = [...byName.keys()].join(", ");
      diagnostics.error(
        path,
        "config.unknown_filter",
        `no filter of the chain is named "${filterName}"`,
        `there are ${names}`,
      );
      return undefined;
    }
    if (config["@type"] !== `type.googleapis.com/${factory.routeConfigType ?? ""}`) {
      const wanted = factory.routeConfigType ?? "none: this filter has no per-route configuration";
      diagnostics.error(path, "config.type", `expected ${wanted}, got ${config["@type"]}`);
      return undefined;
    }
    // Checked against the schema by the loader, like every typed_config.
    return factory.prepareRouteConfig?.(config as never, { filterName, path, diagnostics, capabilities });
  };
}
