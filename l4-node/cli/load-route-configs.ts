import { readFile } from "node:fs/promises";
import { loadConfig } from "../../shared/config/load.ts";
import type { PositionIndex } from "../../shared/diagnostics/collector.ts";
import { ConfigPath } from "../../shared/diagnostics/config-path.ts";
import type { Diagnostic } from "../../shared/diagnostics/diagnostic.ts";
import { findRouteConfigs, type PlacedRouteConfig } from "../../shared/route-check/find-route-configs.ts";
import type { RouteConfiguration } from "../../shared/schema/envoy-types.ts";
import { loadConfigFile } from "./load-config-file.ts";

const ROUTE_CONFIGURATION = "envoy.config.route.v3.RouteConfiguration";

export interface LoadedRouteConfigs {
  readonly configs: readonly PlacedRouteConfig[];
  readonly positions: PositionIndex;
  readonly diagnostics: readonly Diagnostic[];
}

/** The route configurations of a file, which is a bootstrap or one bare `RouteConfiguration`. */
export async function loadRouteConfigs(file: string): Promise<LoadedRouteConfigs> {
  const bare = await loadBare(file);
  if (bare !== undefined) return bare;
  const { json, positions, diagnostics } = await loadConfigFile(file);
  return { configs: findRouteConfigs(json), positions, diagnostics };
}

/** Only a route configuration has virtual hosts at its top. A file that cannot be read is the other reader's to tell. */
async function loadBare(file: string): Promise<LoadedRouteConfigs | undefined> {
  const source = await readFile(file).catch(() => undefined);
  if (source === undefined) return undefined;
  const options = { file, message: ROUTE_CONFIGURATION };
  const { json, positions, diagnostics } = loadConfig<RouteConfiguration>(source, options);
  if (json.virtualHosts === undefined) return undefined;
  return { configs: [{ config: json, path: ConfigPath.root }], positions, diagnostics };
}

/** The one to use: the one of this name, or the only one. A sentence where there is no such one. */
export function chooseRouteConfig(
  configs: readonly PlacedRouteConfig[],
  name: string | undefined,
): PlacedRouteConfig | string {
  const fitting = name === undefined ? configs : configs.filter(({ config }) => config.name === name);
  const [only, second] = fitting;
  if (only !== undefined && second === undefined) return only;
  const names = configs.map(({ config }) => config.name ?? "(unnamed)").join(", ");
  if (configs.length === 0) return "the file has no route configuration";
  if (only === undefined) return `no route configuration is named ${name}; there are ${names}`;
  return `choose one of the route configurations with --route-config: ${names}`;
}
