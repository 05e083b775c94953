import type { FormatContext } from "../../../formatter/format-context.ts";
import type { FilterFactoryContext, HttpFilterFactory, NewHttpFilter } from "../../../http-filter/filter-factory.ts";
import { HeadersStatus, TrailersStatus } from "../../../http-filter/filter-status.ts";
import type { HttpFilter, HttpFilterCallbacks } from "../../../http-filter/http-filter.ts";
import type { FilterKey } from "../../../http/filter-key.ts";
import type { HeaderMap } from "../../../http/header-map.ts";
import type { HeaderMutationPerRoute, HttpHeaderMutationHeaderMutation } from "../../../schema/envoy-types.ts";
import { type CompiledMutations, compileMutations } from "./compile-mutations.ts";

/**
 * Adds, overwrites and removes headers and trailers of requests and responses: first as the filter's own lists say, then as those
 * of the matched route's levels do, the most specific first unless `most_specific_header_mutations_wins` turns that round. Source:
 * Envoy `envoy.filters.http.header_mutation`.
 */
export const headerMutationFilter: HttpFilterFactory<HttpHeaderMutationHeaderMutation, CompiledMutations> = {
  name: "envoy.filters.http.header_mutation",
  configType: "envoy.extensions.filters.http.header_mutation.v3.HeaderMutation",
  routeConfigType: "envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute",
  terminal: false,
  prepare,
  prepareRouteConfig: (config: HeaderMutationPerRoute, { path, diagnostics }) =>
    compileMutations(config.mutations, path.field("mutations"), diagnostics),
};

interface Settings {
  readonly key: FilterKey<CompiledMutations>;
  readonly own: CompiledMutations;
  readonly mostSpecificLast: boolean;
}

function prepare(
  config: HttpHeaderMutationHeaderMutation,
  { filterName, path, diagnostics }: FilterFactoryContext,
): NewHttpFilter {
  const settings: Settings = {
    key: { name: filterName },
    own: compileMutations(config.mutations, path.field("mutations"), diagnostics),
    mostSpecificLast: config.mostSpecificHeaderMutationsWins ?? false,
  };
  return (callbacks) => new HeaderMutationFilter(settings, callbacks);
}

class HeaderMutationFilter implements HttpFilter {
  readonly #settings: Settings;
  readonly #callbacks: HttpFilterCallbacks;
  #levels: readonly CompiledMutations[] | undefined;
  #responseHeaders: HeaderMap | undefined;

  constructor(settings: Settings, callbacks: HttpFilterCallbacks) {
    this.#settings = settings;
    this.#callbacks = callbacks;
  }

  decodeHeaders(headers: HeaderMap): HeadersStatus {
    return this.#mutateHeaders(headers, "request", "requestTrailers");
  }

  decodeTrailers(trailers: HeaderMap): TrailersStatus {
    return this.#mutateTrailers(trailers, "requestTrailers");
  }

  encodeHeaders(headers: HeaderMap): HeadersStatus {
    this.#responseHeaders = headers;
    return this.#mutateHeaders(headers, "response", "responseTrailers");
  }

  encodeTrailers(trailers: HeaderMap): TrailersStatus {
    return this.#mutateTrailers(trailers, "responseTrailers");
  }

  /** A filter that waits for trailers keeps the body from passing untouched, so it waits only where there is something to do. */
  #mutateHeaders(
    headers: HeaderMap,
    list: keyof CompiledMutations,
    trailerList: keyof CompiledMutations,
  ): HeadersStatus {
    this.#apply(list, headers);
    const isDone = this.#inOrder().every((level) => level[trailerList] === undefined);
    return isDone ? HeadersStatus.ContinueAndDetach : HeadersStatus.Continue;
  }

  #mutateTrailers(trailers: HeaderMap, list: keyof CompiledMutations): TrailersStatus {
    this.#apply(list, trailers, list === "responseTrailers" ? trailers : undefined);
    return TrailersStatus.Continue;
  }

  #apply(list: keyof CompiledMutations, target: HeaderMap, responseTrailers?: HeaderMap): void {
    const { requestHeaders, streamInfo } = this.#callbacks;
    const context: FormatContext = {
      requestHeaders,
      responseHeaders: this.#responseHeaders,
      responseTrailers,
      streamInfo,
    };
    for (const level of this.#inOrder()) level[list]?.(target, context);
  }

  #inOrder(): readonly CompiledMutations[] {
    if (this.#levels !== undefined) return this.#levels;
    const { key, own, mostSpecificLast } = this.#settings;
    const ofRoute = this.#callbacks.perRouteConfigs(key);
    this.#levels = [own, ...(mostSpecificLast ? ofRoute : ofRoute.toReversed())];
    return this.#levels;
  }
}
