import type { FilterFactoryContext } from "../http-filter/filter-factory.ts";
import type { AnyFilterFactory } from "../http-filter/filter-registry.ts";
import type { CompileRouteFilterConfig, RouteFilterConfig } from "../router/filter-configs.ts";
import type { HttpFilter } from "../schema/envoy-types.ts";
import type { HttpFiltersContext } from "./compile-http-filters.ts";

/**
 * As in Envoy, an entry is meant for the filter that has this name in the chain. One that no filter has is without effect, so
 * that a route table may be shared by several chains: a warning says so.
 */
export function routeFilterConfigCompiler(
  filters: readonly HttpFilter[],
  context: Omit<HttpFiltersContext, "stats">,
): CompileRouteFilterConfig {
  const byName = new Map(filters.map(({ name = "", typedConfig }) => [name, typedConfig?.["@type"] ?? ""]));
  const { registry, diagnostics, capabilities } = context;
  return (filterName, config, path, isOptional) => {
    const typeUrl = byName.get(filterName);
    const factory = registry.find(typeUrl ?? "");
    if (factory === undefined) {
      const reason =
        typeUrl === undefined
          ? `no filter of the chain is named "${filterName}"; there are ${[...byName.keys()].join(", ")}`
          : `the filter "${filterName}" has been left out of the chain`;
      diagnostics.warning(path, "config.unknown_filter", `without effect: ${reason}`);
      return LEFT_OUT;
    }
    const routeContext = { filterName, path, diagnostics, capabilities };
    return config["@type"] === `type.googleapis.com/${factory.routeConfigType ?? ""}`
      ? compileWith(factory, config as never, routeContext) // checked against the schema by the loader, like every typed_config
      : wrongType(factory, config["@type"], routeContext, isOptional);
  };
}

const LEFT_OUT: RouteFilterConfig = { kind: "left_out" };
const REFUSED: RouteFilterConfig = { kind: "refused" };

type EntryContext = Omit<FilterFactoryContext, "stats">;

function compileWith(factory: AnyFilterFactory, config: never, context: EntryContext): RouteFilterConfig {
  const compiled = factory.prepareRouteConfig?.(config, context);
  return compiled === undefined ? REFUSED : { kind: "compiled", config: compiled };
}

/** What the filter cannot read is an error, or left out where it is optional. */
function wrongType(
  { routeConfigType }: AnyFilterFactory,
  typeUrl: string,
  { path, diagnostics }: EntryContext,
  isOptional: boolean,
): RouteFilterConfig {
  const message = `expected ${routeConfigType ?? "none: this filter has no per-route configuration"}, got ${typeUrl}`;
  if (isOptional) diagnostics.warning(path, "config.type", `${message}; it is optional and left out`);
  else diagnostics.error(path, "config.type", message);
  return isOptional ? LEFT_OUT : REFUSED;
}
