import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { HostCapabilities } from "../host/capabilities.ts";
import { type ChainEntry, createFilterChain, type FilterChain } from "../http-filter/filter-chain.ts";
import type { FilterRegistry } from "../http-filter/filter-registry.ts";
import type { AnyMessage, HttpFilter } from "../schema/envoy-types.ts";
import type { StatsScope } from "../stats/stats-scope.ts";

export interface HttpFiltersContext {
  readonly diagnostics: DiagnosticSink;
  readonly capabilities: HostCapabilities;
  readonly registry: FilterRegistry;
  /** `http.<stat_prefix>.` */
  readonly stats: StatsScope;
}

/** Compiles `http_filters`; nothing after reporting why. */
export function compileHttpFilters(
  configs: readonly HttpFilter[],
  path: ConfigPath,
  context: HttpFiltersContext,
): FilterChain | undefined {
  if (configs.length === 0) {
    const message = "no filter answers: requests are left to their timeouts, as in Envoy";
    context.diagnostics.warning(path, "config.terminal_filter", message);
    return SILENT_CHAIN;
  }
  const entries: ChainEntry[] = [];
  let complete = true;
  for (const [position, config] of configs.entries()) {
    const entry = compileFilter(config, path.index(position), context);
    if (entry === "refused") complete = false;
    else if (entry !== "left out") entries.push(entry);
  }
  if (!complete) return undefined;
  const chain = createFilterChain(entries);
  if (chain.ok) return chain.value;
  context.diagnostics.error(path, "config.terminal_filter", chain.error);
  return undefined;
}

/** What Envoy makes of no filters at all. */
const SILENT_CHAIN: FilterChain = {
  filters: [],
  terminal: { name: "none", terminal: true, create: () => ({ run: (_headers, body) => body?.cancel("local reset") }) },
};

function compileFilter(
  { name = "", typedConfig, isOptional = false, disabled = false }: HttpFilter,
  path: ConfigPath,
  context: HttpFiltersContext,
): ChainEntry | "refused" | "left out" {
  const { diagnostics, capabilities, registry } = context;
  const configPath = path.field("typedConfig");
  if (typedConfig === undefined) {
    diagnostics.error(path, "config.required", `expected typed_config for the filter "${name}", got none`);
    return "refused";
  }
  const factory = registry.find(typedConfig["@type"]);
  if (factory === undefined) {
    const message = `no implementation of the filter "${name}" with type URL ${typedConfig["@type"]} on ${capabilities.target}`;
    if (!isOptional) diagnostics.error(configPath, "config.unknown_extension", message);
    else diagnostics.warning(configPath, "config.unknown_extension", `${message}; it is optional and left out`);
    return isOptional ? "left out" : "refused";
  }
  const filterContext = { filterName: name, path: configPath, ...context };
  if (factory.terminal && disabled) {
    const message = `the terminal filter "${name}" cannot be disabled by default`;
    diagnostics.error(path.field("disabled"), "config.terminal_filter", message);
    return "refused";
  }
  if (factory.terminal) {
    const create = factory.prepare(configOf(typedConfig), filterContext);
    return create === undefined ? "refused" : { name, terminal: true, create };
  }
  const create = factory.prepare(configOf(typedConfig), filterContext);
  return create === undefined ? "refused" : { name, terminal: false, disabled, create };
}

/** The loader has checked the message against the schema of the type by which the factory was found. */
function configOf(config: AnyMessage): never {
  return config as never;
}
