import { invariant } from "../base/invariant.ts";
import { DiagnosticCollector, type PositionIndex } from "../diagnostics/collector.ts";
import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { err, ok, type Result } from "../base/result.ts";
import { compileRouteTable } from "../router/compile-route-table.ts";
import { withoutFilterConfigs } from "../router/filter-configs.ts";
import type { RouteTable } from "../router/route.ts";
import type { Route, RouteConfiguration, VirtualHost } from "../schema/envoy-types.ts";
import { checkRoute, type RouteTest } from "./check-route.ts";
import { type RouteCoverage, routeCoverage } from "./route-coverage.ts";

/**
 * Runs tests against one route configuration and remembers which of its routes they reached. As in Envoy's tool, clusters need
 * not exist, settings of filters are left alone, and a route with a `runtime_fraction` matches only in a test whose `runtime`
 * is its key.
 */
export class RouteChecker {
  readonly #config: RouteConfiguration;
  readonly #path: ConfigPath;
  /** By the runtime key that is active. */
  readonly #tables = new Map<string, RouteTable>();
  readonly #reached = new Set<string>();

  private constructor(config: RouteConfiguration, path: ConfigPath) {
    this.#config = config;
    this.#path = path;
  }

  /** The errors of a configuration that does not compile. `positions` find them in its source. */
  static create(
    config: RouteConfiguration,
    path: ConfigPath,
    positions?: PositionIndex,
  ): Result<RouteChecker, readonly Diagnostic[]> {
    const diagnostics = new DiagnosticCollector(positions);
    const checker = new RouteChecker(config, path);
    return compileWith(config, path, diagnostics) === undefined ? err(diagnostics.diagnostics) : ok(checker);
  }

  /** Runs one test and gives its failures, one sentence each. */
  check(test: RouteTest): readonly string[] {
    const { failures, reached } = checkRoute(this.#tableFor(test.input.runtime), test);
    if (reached !== undefined) this.#reached.add(reached.pointer());
    return failures;
  }

  /** What the tests so far have reached. */
  get coverage(): RouteCoverage {
    return routeCoverage({ config: this.#config, path: this.#path }, this.#reached);
  }

  #tableFor(runtime: string): RouteTable {
    const known = this.#tables.get(runtime);
    if (known !== undefined) return known;
    const table = compileWith(withRuntime(this.#config, runtime), this.#path, new DiagnosticCollector());
    invariant(table !== undefined, "a table that compiles does so with other fractions, too");
    this.#tables.set(runtime, table);
    return table;
  }
}

function compileWith(
  config: RouteConfiguration,
  path: ConfigPath,
  diagnostics: DiagnosticCollector,
): RouteTable | undefined {
  return compileRouteTable(config, {
    path,
    diagnostics,
    clusters: ANY_CLUSTER,
    compileRouteConfig: withoutFilterConfigs,
  });
}

const ANY_CLUSTER = { has: () => true };

/** Routes whose fraction has another key than the active one match nothing. */
function withRuntime(config: RouteConfiguration, active: string): RouteConfiguration {
  const { virtualHosts = [] } = config;
  return { ...config, virtualHosts: virtualHosts.map((host) => hostWithRuntime(host, active)) };
}

function hostWithRuntime(host: VirtualHost, active: string): VirtualHost {
  return host.routes === undefined ? host : { ...host, routes: host.routes.map((route) => routeWith(route, active)) };
}

function routeWith(route: Route, active: string): Route {
  const fraction = route.match?.runtimeFraction;
  if (fraction === undefined || (active !== "" && fraction.runtimeKey === active)) return route;
  return { ...route, match: { ...route.match, runtimeFraction: { defaultValue: { numerator: 0 } } } };
}
