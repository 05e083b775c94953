import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { FilterKey } from "../http/filter-key.ts";
import type { AnyMessage, FilterConfig } from "../schema/envoy-types.ts";
import type { RouteDiagnostics } from "./route-diagnostics.ts";

/**
 * Compiles one entry of `typed_per_filter_config` for the filter that has this name in its chain; nothing after reporting why.
 */
export type CompileRouteFilterConfig = (filterName: string, config: AnyMessage, path: ConfigPath) => unknown;

export interface FilterConfigsContext {
  readonly diagnostics: RouteDiagnostics;
  readonly compileRouteConfig: CompileRouteFilterConfig;
}

const WRAPPER = "type.googleapis.com/envoy.config.route.v3.FilterConfig";

/** Compiled `typed_per_filter_config` of all the levels that a route stands in. Immutable; levels without any share one object. */
export class FilterConfigs {
  static readonly none: FilterConfigs = new FilterConfigs(new Map());

  /** Per filter what the levels say, least specific first. */
  readonly #byFilter: ReadonlyMap<string, readonly unknown[]>;

  private constructor(byFilter: ReadonlyMap<string, readonly unknown[]>) {
    this.#byFilter = byFilter;
  }

  /** What the most specific level says. */
  mostSpecific<T>(key: FilterKey<T>): T | undefined {
    return this.all(key).at(-1);
  }

  /** What all levels say, least specific first. */
  all<T>(key: FilterKey<T>): readonly T[] {
    // The key carries the type that the filter of this name compiles its configuration to.
    return (this.#byFilter.get(key.name) ?? []) as readonly T[];
  }

  /** These and those of a level that is more specific. */
  extend(
    level: Readonly<Record<string, AnyMessage>> | undefined,
    path: ConfigPath,
    context: FilterConfigsContext,
  ): FilterConfigs {
    if (level === undefined) return this;
    const byFilter = new Map(this.#byFilter);
    for (const [name, config] of Object.entries(level)) {
      const compiled = compileEntry(name, config, path.key(name), context);
      if (compiled !== undefined) byFilter.set(name, [...(byFilter.get(name) ?? []), compiled]);
    }
    return new FilterConfigs(byFilter);
  }
}

/** `FilterConfig` wraps the configuration proper; its other fields are refused by the support table. */
function compileEntry(name: string, config: AnyMessage, path: ConfigPath, context: FilterConfigsContext): unknown {
  if (config["@type"] !== WRAPPER) return compileInner(name, config, path, context);
  const inner = (config as FilterConfig).config; // the message that the type URL names, checked by the loader
  return inner && compileInner(name, inner, path.field("config"), context);
}

function compileInner(name: string, config: AnyMessage, path: ConfigPath, context: FilterConfigsContext): unknown {
  const compiled = context.compileRouteConfig(name, config, path);
  if (compiled === undefined) context.diagnostics.refuse();
  return compiled;
}
