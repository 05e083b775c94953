import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type {
  AnyMessage,
  ConfigListenerFilter,
  FilterChain,
  Listener,
  TransportSocket,
} from "../schema/envoy-types.ts";

/** Compiles the configuration of one network filter; `undefined` after it reported an error. */
export type CompileNetworkFilter<Filter> = (
  config: AnyMessage,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
) => Filter | undefined;

/** The network filters that a host can run, all of them terminal, by full message name of their configuration. */
export type NetworkFilters<Filter> = ReadonlyMap<string, CompileNetworkFilter<Filter>>;

/** The filters of connections that a chain takes. Without a terminal filter a connection is accepted and closed, as in Envoy. */
export interface CompiledFilterChain<Filter> {
  readonly name: string;
  readonly terminal: Filter | undefined;
  readonly transportSocket: TransportSocket | undefined;
}

/**
 * The one chain that takes all connections of a listener: its only filter chain, else its default one. `undefined` after it
 * reported an error: no chain, or more of them than can be told apart without matching.
 */
export function compileOnlyFilterChain<Filter>(
  listener: Listener,
  path: ConfigPath,
  context: { readonly filters: NetworkFilters<Filter>; readonly diagnostics: DiagnosticSink },
): CompiledFilterChain<Filter> | undefined {
  const { filterChains = [], defaultFilterChain } = listener;
  const [only, second] = filterChains;
  if (second !== undefined || (only !== undefined && defaultFilterChain !== undefined)) {
    const message = "choosing between several filter chains is not supported yet";
    context.diagnostics.error(path.field("filterChains"), "listener.filter_chains", message);
    return undefined;
  }
  if (only !== undefined) return compileFilterChain(only, path.field("filterChains").index(0), context);
  if (defaultFilterChain !== undefined)
    return compileFilterChain(defaultFilterChain, path.field("defaultFilterChain"), context);
  context.diagnostics.error(path, "listener.filter_chains", "no filter chains specified");
  return undefined;
}

function compileFilterChain<Filter>(
  chain: FilterChain,
  path: ConfigPath,
  context: { readonly filters: NetworkFilters<Filter>; readonly diagnostics: DiagnosticSink },
): CompiledFilterChain<Filter> | undefined {
  const { name = "", filters = [], transportSocket } = chain;
  const [first, next] = filters;
  if (first === undefined) return { name, terminal: undefined, transportSocket };
  const at = path.field("filters");
  if (next !== undefined) {
    const message = `terminal filter named ${first.name ?? ""} must be the last filter in a network filter chain`;
    context.diagnostics.error(at.index(0), "listener.terminal_filter", message);
  }
  const terminal = compileFilter(first, at.index(0), context);
  return terminal === undefined ? undefined : { name, terminal, transportSocket };
}

function compileFilter<Filter>(
  { typedConfig, name = "" }: ConfigListenerFilter,
  path: ConfigPath,
  { filters, diagnostics }: { readonly filters: NetworkFilters<Filter>; readonly diagnostics: DiagnosticSink },
): Filter | undefined {
  if (typedConfig === undefined) {
    diagnostics.error(path, "listener.network_filter", `network filter "${name}" has no typed_config`);
    return undefined;
  }
  const message = typedConfig["@type"].slice(typedConfig["@type"].lastIndexOf("/") + 1);
  const compile = filters.get(message);
  if (compile !== undefined) return compile(typedConfig, path.field("typedConfig"), diagnostics);
  diagnostics.error(path, "listener.network_filter", `network filter ${message} is not supported here`);
  return undefined;
}
