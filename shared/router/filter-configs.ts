import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { FilterKey } from "../http/filter-key.ts";
import type { AnyMessage, FilterConfig } from "../schema/envoy-types.ts";
import type { RouteDiagnostics } from "./route-diagnostics.ts";

/** What one entry of `typed_per_filter_config` came to; why it was left out or refused has been reported. */
export type RouteFilterConfig =
  | { readonly kind: "compiled"; readonly config: unknown }
  | { readonly kind: "left_out" | "refused" };

/** Compiles one entry of `typed_per_filter_config` for the filter that has this name in its chain. */
export type CompileRouteFilterConfig = (
  filterName: string,
  config: AnyMessage,
  path: ConfigPath,
  isOptional: boolean,
) => RouteFilterConfig;

/** Leaves everything out, for who only asks where requests go. */
export const withoutFilterConfigs: CompileRouteFilterConfig = () => ({ kind: "left_out" });

export interface FilterConfigsContext {
  readonly diagnostics: RouteDiagnostics;
  readonly compileRouteConfig: CompileRouteFilterConfig;
}

const WRAPPER = "type.googleapis.com/envoy.config.route.v3.FilterConfig";

/** Compiled `typed_per_filter_config` of all the levels that a route stands in. Immutable; levels without any share one object. */
export class FilterConfigs {
  static readonly none: FilterConfigs = new FilterConfigs(new Map(), new Map());

  /** Per filter what the levels say, least specific first. */
  readonly #byFilter: ReadonlyMap<string, readonly unknown[]>;

  /** Per filter whether the most specific level that speaks of it switches it off. */
  readonly #disabled: ReadonlyMap<string, boolean>;

  private constructor(byFilter: ReadonlyMap<string, readonly unknown[]>, disabled: ReadonlyMap<string, boolean>) {
    this.#byFilter = byFilter;
    this.#disabled = disabled;
  }

  /** Whether a filter is switched off, or on where the chain has it off; `undefined` leaves it to the chain. */
  disabled(filterName: string): boolean | undefined {
    return this.#disabled.get(filterName);
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
    const disabled = new Map(this.#disabled);
    for (const [name, config] of Object.entries(level)) {
      const entry = compileEntry(name, config, path.key(name), context);
      // As in Envoy, a filter that is configured is one that is wanted.
      disabled.set(name, entry === "disabled");
      if (entry !== "disabled" && entry.kind === "compiled") {
        byFilter.set(name, [...(byFilter.get(name) ?? []), entry.config]);
      }
    }
    return new FilterConfigs(byFilter, disabled);
  }
}

/** `FilterConfig` wraps the configuration proper, which does not matter where the filter is switched off. */
function compileEntry(
  name: string,
  config: AnyMessage,
  path: ConfigPath,
  context: FilterConfigsContext,
): RouteFilterConfig | "disabled" {
  if (config["@type"] !== WRAPPER) return compileInner({ name, config, path, isOptional: false }, context);
  const { config: inner, disabled = false, isOptional = false } = config as FilterConfig; // what the type URL names, checked by the loader
  if (disabled) return "disabled";
  if (inner !== undefined) {
    if (Object.keys(inner).length === 0) return { kind: "left_out" };
    return compileInner({ name, config: inner, path: path.field("config"), isOptional }, context);
  }
  context.diagnostics.error(path, "config.required", `Empty per filter configuration for ${name} filter`);
  return { kind: "refused" };
}

interface InnerConfig {
  readonly name: string;
  readonly config: AnyMessage;
  readonly path: ConfigPath;
  readonly isOptional: boolean;
}

function compileInner(
  { name, config, path, isOptional }: InnerConfig,
  context: FilterConfigsContext,
): RouteFilterConfig {
  const compiled = context.compileRouteConfig(name, config, path, isOptional);
  if (compiled.kind === "refused") context.diagnostics.refuse();
  return compiled;
}
