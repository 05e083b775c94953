import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { HostMetadata } from "../host/upstream-host.ts";
import type { FilterKey } from "../http/filter-key.ts";
import type { HeaderMap } from "../http/header-map.ts";
import type { StreamInfo } from "../http/stream-info.ts";
import type { RouteScope } from "./route-scope.ts";
import type { RouteTrace } from "./route-trace.ts";

/** What all compiled routes do alike. Classes, so that ten thousand routes do not cost as many closures for each method. */
export abstract class CompiledRoute {
  readonly name: string;
  readonly virtualHostName: string;
  readonly path: ConfigPath;
  readonly #scope: RouteScope;

  readonly metadata: HostMetadata;
  readonly trace: RouteTrace | undefined;
  readonly virtualHostMetadata: HostMetadata;

  constructor(scope: RouteScope) {
    this.name = scope.routeName;
    this.virtualHostName = scope.virtualHostName;
    this.path = scope.path;
    this.metadata = scope.metadata;
    this.trace = scope.trace;
    this.virtualHostMetadata = scope.virtualHostMetadata;
    this.#scope = scope;
  }

  perFilterConfig<T>(key: FilterKey<T>): T | undefined {
    return this.#scope.filterConfigs.mostSpecific(key);
  }

  perFilterConfigs<T>(key: FilterKey<T>): readonly T[] {
    return this.#scope.filterConfigs.all(key);
  }

  filterDisabled(filterName: string): boolean | undefined {
    return this.#scope.filterConfigs.disabled(filterName);
  }

  finalizeResponseHeaders(headers: HeaderMap, request: HeaderMap, info: StreamInfo): void {
    this.#scope.mutations.applyToResponse(headers, request, info);
  }
}
