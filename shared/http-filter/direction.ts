import type { MaybePromise } from "../base/maybe-promise.ts";
import type { ChunkQueue } from "../buffer/chunk-queue.ts";
import type { HeaderMap } from "../http/header-map.ts";
import { DataStatus, HeadersStatus, TrailersStatus } from "./filter-status.ts";
import type { HttpFilter } from "./http-filter.ts";

/** What differs between requests and responses for a pipeline. An absent hook lets everything pass. */
export interface Direction {
  /** Responses pass the filters from the last to the first. */
  readonly reversed: boolean;
  watchesData(filter: HttpFilter): boolean;
  watchesTrailers(filter: HttpFilter): boolean;
  onHeaders(filter: HttpFilter, headers: HeaderMap, endStream: boolean): MaybePromise<HeadersStatus>;
  onData(filter: HttpFilter, data: ChunkQueue, endStream: boolean): MaybePromise<DataStatus>;
  onTrailers(filter: HttpFilter, trailers: HeaderMap): MaybePromise<TrailersStatus>;
}

export const DECODE: Direction = {
  reversed: false,
  watchesData: (filter) => filter.decodeData !== undefined,
  watchesTrailers: (filter) => filter.decodeTrailers !== undefined,
  onHeaders: (filter, headers, endStream) => filter.decodeHeaders?.(headers, endStream) ?? HeadersStatus.Continue,
  onData: (filter, data, endStream) => filter.decodeData?.(data, endStream) ?? DataStatus.Continue,
  onTrailers: (filter, trailers) => filter.decodeTrailers?.(trailers) ?? TrailersStatus.Continue,
};

export const ENCODE: Direction = {
  reversed: true,
  watchesData: (filter) => filter.encodeData !== undefined,
  watchesTrailers: (filter) => filter.encodeTrailers !== undefined,
  onHeaders: (filter, headers, endStream) => filter.encodeHeaders?.(headers, endStream) ?? HeadersStatus.Continue,
  onData: (filter, data, endStream) => filter.encodeData?.(data, endStream) ?? DataStatus.Continue,
  onTrailers: (filter, trailers) => filter.encodeTrailers?.(trailers) ?? TrailersStatus.Continue,
};
