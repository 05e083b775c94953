import type { MaybePromise } from "../base/maybe-promise.ts";
import type { ChunkQueue } from "../buffer/chunk-queue.ts";
import type { Clock } from "../host/clock.ts";
import type { RandomSource } from "../host/random-source.ts";
import type { Timers } from "../host/timers.ts";
import type { BodySource } from "../http/body-source.ts";
import type { FilterKey } from "../http/filter-key.ts";
import type { HeaderMap } from "../http/header-map.ts";
import type { LocalReply } from "../http/local-reply.ts";
import type { ResetReason } from "../http/reset-reason.ts";
import type { StreamInfo } from "../http/stream-info.ts";
import type { Route } from "../router/route.ts";
import type { HttpFilterCallbacks, StreamCallbacks, TerminalFilterCallbacks } from "./http-filter.ts";
import type { MessagePipeline } from "./message-pipeline.ts";

/** The stream as its filters' callbacks see it. */
export interface FilteredStream {
  readonly streamInfo: StreamInfo;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly signal: AbortSignal;
  readonly requestHeaders: HeaderMap | undefined;
  readonly request: MessagePipeline;
  readonly response: MessagePipeline;
  route(): Route | undefined;
  clearRouteCache(): void;
  sendLocalReply(reply: LocalReply): void;
  resetStream(reason: ResetReason): void;
  respondInformational(headers: HeaderMap): void;
  respond(headers: HeaderMap, body: BodySource | undefined): void;
  upgrade(headers: HeaderMap, connection: unknown): void;
  /** Timers that end with the stream, for one filter. */
  openTimers(filterIndex: number): Timers;
}

/** What the manager gives to each filter of a stream. The stream decides what a call still means. */
class SharedCallbacks implements StreamCallbacks {
  protected readonly stream: FilteredStream;
  protected readonly index: number;
  #timers: Timers | undefined;

  constructor(stream: FilteredStream, index: number) {
    this.stream = stream;
    this.index = index;
  }

  get streamInfo(): StreamInfo {
    return this.stream.streamInfo;
  }

  get clock(): Clock {
    return this.stream.clock;
  }

  get random(): RandomSource {
    return this.stream.random;
  }

  get timers(): Timers {
    this.#timers ??= this.stream.openTimers(this.index);
    return this.#timers;
  }

  get signal(): AbortSignal {
    return this.stream.signal;
  }

  get requestHeaders(): HeaderMap | undefined {
    return this.stream.requestHeaders;
  }

  route(): Route | undefined {
    return this.stream.route();
  }

  clearRouteCache(): void {
    this.stream.clearRouteCache();
  }

  perRouteConfig<T>(key: FilterKey<T>): T | undefined {
    return this.stream.route()?.perFilterConfig(key);
  }

  perRouteConfigs<T>(key: FilterKey<T>): readonly T[] {
    return this.stream.route()?.perFilterConfigs(key) ?? [];
  }

  sendLocalReply(reply: LocalReply): void {
    this.stream.sendLocalReply(reply);
  }

  respond(headers: HeaderMap, body: BodySource | undefined): void {
    this.stream.respond(headers, body);
  }

  resetStream(reason: ResetReason): void {
    this.stream.resetStream(reason);
  }
}

export class FilterCallbacks extends SharedCallbacks implements HttpFilterCallbacks {
  continueDecoding(): void {
    this.stream.request.resume(this.index);
  }

  continueEncoding(): void {
    this.stream.response.resume(this.index);
  }

  addDecodedData(data: Uint8Array): void {
    this.stream.request.addData(this.index, data);
  }

  addEncodedData(data: Uint8Array): void {
    this.stream.response.addData(this.index, data);
  }

  addDecodedTrailers(): HeaderMap {
    return this.stream.request.addTrailers(this.index);
  }

  addEncodedTrailers(): HeaderMap {
    return this.stream.response.addTrailers(this.index);
  }

  injectDecodedData(data: Uint8Array, endStream: boolean): MaybePromise<void> {
    return this.stream.request.inject(this.index, data, endStream);
  }

  injectEncodedData(data: Uint8Array, endStream: boolean): MaybePromise<void> {
    return this.stream.response.inject(this.index, data, endStream);
  }

  get decodingBuffer(): ChunkQueue | undefined {
    return this.stream.request.bufferOf(this.index);
  }

  get encodingBuffer(): ChunkQueue | undefined {
    return this.stream.response.bufferOf(this.index);
  }

  setDecoderBufferLimit(bytes: number): void {
    this.stream.request.bufferLimit = bytes;
  }

  setEncoderBufferLimit(bytes: number): void {
    this.stream.response.bufferLimit = bytes;
  }
}

export class TerminalCallbacks extends SharedCallbacks implements TerminalFilterCallbacks {
  respondInformational(headers: HeaderMap): void {
    this.stream.respondInformational(headers);
  }

  upgrade(headers: HeaderMap, connection: unknown): void {
    this.stream.upgrade(headers, connection);
  }
}
