import type { ChunkQueue } from "../../../buffer/chunk-queue.ts";
import type { HttpFilterFactory, NewHttpFilter } from "../../../http-filter/filter-factory.ts";
import { DataStatus, HeadersStatus, TrailersStatus } from "../../../http-filter/filter-status.ts";
import type { HttpFilter, HttpFilterCallbacks } from "../../../http-filter/http-filter.ts";
import type { FilterKey } from "../../../http/filter-key.ts";
import type { HeaderMap } from "../../../http/header-map.ts";
import type { Buffer, BufferPerRoute } from "../../../schema/envoy-types.ts";

/**
 * Holds a request until its body is complete, for upstreams that cannot take a body of unknown length: it goes on with a
 * `content-length`. A body beyond the limit is refused with 413. Source: Envoy `envoy.filters.http.buffer`.
 */
export const bufferFilter: HttpFilterFactory<Buffer, BufferRouteSettings> = {
  name: "envoy.filters.http.buffer",
  configType: "envoy.extensions.filters.http.buffer.v3.Buffer",
  routeConfigType: "envoy.extensions.filters.http.buffer.v3.BufferPerRoute",
  terminal: false,
  prepare: (config, { filterName }) => prepare(config, filterName),
  prepareRouteConfig: (config: BufferPerRoute) => compileRouteSettings(config),
};

/** The limit in bytes that a route sets, or that it wants no buffering. */
export type BufferRouteSettings = number | "disabled";

function prepare({ maxRequestBytes = 0 }: Buffer, filterName: string): NewHttpFilter {
  const key: FilterKey<BufferRouteSettings> = { name: filterName };
  return (callbacks) => new BufferFilter(key, maxRequestBytes, callbacks);
}

function compileRouteSettings({ disabled = false, buffer }: BufferPerRoute): BufferRouteSettings {
  return disabled ? "disabled" : (buffer?.maxRequestBytes ?? 0);
}

class BufferFilter implements HttpFilter {
  readonly #key: FilterKey<BufferRouteSettings>;
  readonly #maxRequestBytes: number;
  readonly #callbacks: HttpFilterCallbacks;
  #bodyBytes = 0;

  constructor(key: FilterKey<BufferRouteSettings>, maxRequestBytes: number, callbacks: HttpFilterCallbacks) {
    this.#key = key;
    this.#maxRequestBytes = maxRequestBytes;
    this.#callbacks = callbacks;
  }

  decodeHeaders(_headers: HeaderMap, endStream: boolean): HeadersStatus {
    if (endStream) return HeadersStatus.Continue;
    const limit = this.#callbacks.perRouteConfig(this.#key) ?? this.#maxRequestBytes;
    if (limit === "disabled") return HeadersStatus.ContinueAndDetach;
    this.#callbacks.setDecoderBufferLimit(limit);
    return HeadersStatus.StopIteration;
  }

  decodeData(data: ChunkQueue, endStream: boolean): DataStatus {
    this.#bodyBytes += data.byteLength;
    if (!endStream) return DataStatus.StopAndBuffer;
    this.#setContentLength();
    return DataStatus.Continue;
  }

  decodeTrailers(): TrailersStatus {
    this.#setContentLength();
    return TrailersStatus.Continue;
  }

  #setContentLength(): void {
    const headers = this.#callbacks.requestHeaders;
    if (headers?.has("content-length") === false) headers.set("content-length", String(this.#bodyBytes));
  }
}
