import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { HostCapabilities } from "../host/capabilities.ts";
import type { StatsScope } from "../stats/stats-scope.ts";
import type { HttpFilter, HttpFilterCallbacks, TerminalFilterCallbacks, TerminalHttpFilter } from "./http-filter.ts";

/** What a filter is compiled with. */
export interface FilterFactoryContext {
  /** The name it has in its chain; per-route configuration is keyed by it. */
  readonly filterName: string;
  /** Where its `typed_config` stands. */
  readonly path: ConfigPath;
  readonly diagnostics: DiagnosticSink;
  readonly capabilities: HostCapabilities;
  /** `http.<stat_prefix>.` */
  readonly stats: StatsScope;
}

/** What a filter's per-route configuration is compiled with. */
export type RouteConfigContext = Pick<FilterFactoryContext, "filterName" | "path" | "diagnostics" | "capabilities">;

/** Made once per configuration; makes one filter per stream, allocating as little as it can. */
export type NewHttpFilter = (callbacks: HttpFilterCallbacks) => HttpFilter;
export type NewTerminalFilter = (callbacks: TerminalFilterCallbacks) => TerminalHttpFilter;

/** How the configuration of one message type becomes a filter. `Config` is the message's canonical JSON. */
interface FactoryCommon<RouteConfig> {
  /** Envoy's canonical name, `envoy.filters.http.cors`. */
  readonly name: string;
  /** The full name of the configuration message, by which Envoy finds an extension. */
  readonly configType: string;
  /** The message that `typed_per_filter_config` carries; absent where the filter has none. */
  readonly routeConfigType?: string;
  /** Compiles it; returns nothing after reporting why. */
  prepareRouteConfig?(config: never, context: RouteConfigContext): RouteConfig | undefined;
}

export interface HttpFilterFactory<Config, RouteConfig = unknown> extends FactoryCommon<RouteConfig> {
  readonly terminal: false;
  prepare(config: Config, context: FilterFactoryContext): NewHttpFilter | undefined;
}

export interface TerminalFilterFactory<Config> extends FactoryCommon<never> {
  readonly terminal: true;
  prepare(config: Config, context: FilterFactoryContext): NewTerminalFilter | undefined;
}
