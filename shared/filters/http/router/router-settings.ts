import type { HttpRouterRouter } from "../../../schema/envoy-types.ts";

/** `envoy.extensions.filters.http.router.v3.Router`, compiled. */
export interface RouterSettings {
  /** Whether clusters count response codes and times (`dynamic_stats`). */
  readonly dynamicStats: boolean;
  /** No `x-envoy-` header is added to requests or answers. */
  readonly suppressEnvoyHeaders: boolean;
  /** A proxy in front has said how long it waits, and that holds. */
  readonly respectExpectedTimeout: boolean;
  /** Control headers, lower-case, that are refused if they cannot be read. */
  readonly strictCheckHeaders: readonly string[];
}

export function compileRouterSettings(config: HttpRouterRouter): RouterSettings {
  const {
    dynamicStats = true,
    suppressEnvoyHeaders = false,
    respectExpectedRqTimeout = false,
    strictCheckHeaders = [],
  } = config;
  return {
    dynamicStats,
    suppressEnvoyHeaders,
    respectExpectedTimeout: respectExpectedRqTimeout,
    strictCheckHeaders: strictCheckHeaders.map((name) => name.toLowerCase()),
  };
}
