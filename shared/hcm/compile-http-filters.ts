import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { HostCapabilities } from "../host/capabilities.ts";
import type { NewHttpFilter, NewTerminalFilter } from "../http-filter/filter-factory.ts";
import type { AnyFilterFactory, FilterRegistry } from "../http-filter/filter-registry.ts";
import type { AnyMessage, HttpFilter } from "../schema/envoy-types.ts";
import type { StatsScope } from "../stats/stats-scope.ts";

export interface HttpFiltersContext {
  readonly diagnostics: DiagnosticSink;
  readonly capabilities: HostCapabilities;
  readonly registry: FilterRegistry;
  /** `http.<stat_prefix>.` */
  readonly stats: StatsScope;
}

/** The HTTP filters of one connection manager: made once, instantiated per stream. */
export interface CompiledHttpFilters {
  readonly filters: readonly { readonly name: string; readonly create: NewHttpFilter }[];
  readonly terminal: { readonly name: string; readonly create: NewTerminalFilter };
}

/** A filter of the chain with the factory that its configuration type names. */
interface Named {
  readonly name: string;
  readonly config: AnyMessage;
  readonly path: ConfigPath;
  readonly factory: AnyFilterFactory;
}

/** Compiles `http_filters`; nothing after reporting why. The last one must be terminal and no other may be. */
export function compileHttpFilters(
  configs: readonly HttpFilter[],
  path: ConfigPath,
  context: HttpFiltersContext,
): CompiledHttpFilters | undefined {
  const named = configs.flatMap((config, position) => findFactory(config, path.index(position), context) ?? []);
  if (!checkTerminal(named, path, context.diagnostics)) return undefined;
  const filters: { name: string; create: NewHttpFilter }[] = [];
  for (const { factory, name, ...entry } of named) {
    if (factory.terminal) {
      const create = factory.prepare(configOf(entry.config), { filterName: name, path: entry.path, ...context });
      return create === undefined ? undefined : { filters, terminal: { name, create } };
    }
    const create = factory.prepare(configOf(entry.config), { filterName: name, path: entry.path, ...context });
    if (create !== undefined) filters.push({ name, create });
  }
  return undefined;
}

function findFactory(filter: HttpFilter, path: ConfigPath, context: HttpFiltersContext): Named | undefined {
  const { name = "", typedConfig, isOptional = false } = filter;
  const configPath = path.field("typedConfig");
  if (typedConfig === undefined) {
    context.diagnostics.error(path, "config.required", `expected typed_config for the filter "${name}", got none`);
    return undefined;
  }
  const factory = context.registry.find(typedConfig["@type"]);
  if (factory !== undefined) return { name, config: typedConfig, path: configPath, factory };
  const message = `no implementation of the filter "${name}" with type URL ${typedConfig["@type"]} on ${context.capabilities.target}`;
  if (isOptional) context.diagnostics.warning(configPath, "config.unknown_extension", `${message}; it is optional`);
  else context.diagnostics.error(configPath, "config.unknown_extension", message);
  return undefined;
}

function checkTerminal(filters: readonly Named[], path: ConfigPath, diagnostics: DiagnosticSink): boolean {
  const misplaced = filters.slice(0, -1).filter(({ factory }) => factory.terminal);
  for (const { name, path: at } of misplaced) {
    diagnostics.error(at, "config.terminal_filter", `the terminal filter "${name}" must be the last in its chain`);
  }
  const last = filters.at(-1);
  if (last?.factory.terminal === true) return misplaced.length === 0;
  const found = last === undefined ? "an empty chain" : `"${last.name}"`;
  diagnostics.error(
    path,
    "config.terminal_filter",
    `expected a terminal filter such as envoy.filters.http.router at the end, got ${found}`,
  );
  return false;
}

/** The loader has checked the message against the schema of the type by which the factory was found. */
function configOf(config: AnyMessage): never {
  return config as never;
}
