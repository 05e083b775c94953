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
import type { DataStatus, HeadersStatus, TrailersStatus } from "./filter-status.ts";

/**
 * One filter of one stream. Every hook is optional, and its absence is meaningful: a chain in which no filter has a data hook
 * never sees the body.
 *
 * Decode hooks run in declared order, encode hooks in reverse. A hook that returns a promise stops everything (nothing is
 * read) until the promise resolves to a status. One hook of a filter is in flight per direction. A result that comes after the
 * filter was destroyed is ignored. A rejection or an exception fails only this stream.
 *
 * `encodeHeaders` may come without `decodeHeaders`: an earlier filter may have answered.
 */
export interface HttpFilter {
  decodeHeaders?(headers: HeaderMap, endStream: boolean): MaybePromise<HeadersStatus>;
  /**
   * `data` is shared along the chain: drain it, prepend to it, or leave it. What a filter keeps for itself beyond the hook it
   * copies. Called with an empty queue only at the end, and not for an end that comes as trailers.
   */
  decodeData?(data: ChunkQueue, endStream: boolean): MaybePromise<DataStatus>;
  decodeTrailers?(trailers: HeaderMap): MaybePromise<TrailersStatus>;
  /** 1xx other than 101. May come several times, before `encodeHeaders`. */
  encodeInformational?(headers: HeaderMap): void;
  encodeHeaders?(headers: HeaderMap, endStream: boolean): MaybePromise<HeadersStatus>;
  encodeData?(data: ChunkQueue, endStream: boolean): MaybePromise<DataStatus>;
  encodeTrailers?(trailers: HeaderMap): MaybePromise<TrailersStatus>;
  /** Told of a local reply before it is encoded; `reset` breaks the stream instead. */
  onLocalReply?(reply: LocalReply): "continue" | "reset";
  /** Once, after the last byte either way. */
  onComplete?(info: StreamInfo): void;
  /** Once, always, last. Callbacks must not be used after it. */
  onDestroy?(): void;
}

/** What any filter can ask of the manager. Valid until `onDestroy`; later calls are ignored and counted. */
export interface StreamCallbacks {
  readonly streamInfo: StreamInfo;
  readonly clock: Clock;
  readonly random: RandomSource;
  /** Scoped to the stream: every timer is cancelled on destroy. */
  readonly timers: Timers;
  /** Made on first use, for platform calls. Aborts on reset, local reply and completion. */
  readonly signal: AbortSignal;
  /** The request headers as they are now; `undefined` before they were decoded. */
  readonly requestHeaders: HeaderMap | undefined;
  /** The route, matched on first use and kept until the cache is cleared. */
  route(): Route | undefined;
  clearRouteCache(): void;
  /** The most specific per-route configuration of this filter: weighted cluster, route, virtual host, route configuration. */
  perRouteConfig<T>(key: FilterKey<T>): T | undefined;
  /** All of them, least specific first. */
  perRouteConfigs<T>(key: FilterKey<T>): readonly T[];
  /**
   * Answers the request. Before anything was sent the reply runs through all encode hooks; raised while headers are being
   * encoded it goes straight to the client; after response headers were sent the stream is reset. From within a hook it takes
   * effect when the hook has returned, whatever the hook returns.
   */
  sendLocalReply(reply: LocalReply): void;
  /**
   * Answers with a response of the filter's own making, as a cache or a preflight does. Unlike a local reply it is nobody's
   * business but the encode hooks'. Filters that the request has not passed yet never see it; for the terminal filter it is the
   * way to answer. From within a hook it takes effect when the hook has returned, whatever the hook returns.
   */
  respond(headers: HeaderMap, body: BodySource | undefined): void;
  /** Breaks the stream. From within a hook it takes effect when the hook has returned. */
  resetStream(reason: ResetReason): void;
}

/** What a filter that is not the last can ask in addition. */
export interface HttpFilterCallbacks extends StreamCallbacks {
  /** Resumes after a stopping status, at the next filter. Not together with a promise from the same hook. */
  continueDecoding(): void;
  continueEncoding(): void;
  /** Adds to the request body, behind what this filter lets pass: from inside a decode hook, or while it holds the message. */
  addDecodedData(data: Uint8Array): void;
  addEncodedData(data: Uint8Array): void;
  /** Trailers to fill in, for a message without; only from the data hook that sees its end. */
  addDecodedTrailers(): HeaderMap;
  addEncodedTrailers(): HeaderMap;
  /**
   * Sends data to the filters after this one, past the buffer. Needs the headers to have gone on and, where the message has a
   * body of its own, a data hook in this filter. A promise is back-pressure.
   */
  injectDecodedData(data: Uint8Array, endStream: boolean): MaybePromise<void>;
  injectEncodedData(data: Uint8Array, endStream: boolean): MaybePromise<void>;
  /** What a stopping status kept so far for this filter, to look at or change. */
  readonly decodingBuffer: ChunkQueue | undefined;
  readonly encodingBuffer: ChunkQueue | undefined;
  /** Bytes that the manager keeps for each filter of the stream before it gives up (413, 500). The last call holds, as in Envoy. */
  setDecoderBufferLimit(bytes: number): void;
  setEncoderBufferLimit(bytes: number): void;
}

/**
 * The last filter of a chain: it pulls the request body as the filters before it leave it, and responds. The body it is given
 * may be the host's own stream, untouched, when no filter looked at it.
 */
export interface TerminalHttpFilter {
  /**
   * Called once, after the request headers passed the chain. Must lead to exactly one of `respond`, `upgrade`,
   * `sendLocalReply` or `resetStream`. `body` is absent when the request has none.
   */
  run(headers: HeaderMap, body: BodySource | undefined): MaybePromise<void>;
  /** As in {@link HttpFilter}. */
  onComplete?(info: StreamInfo): void;
  onDestroy?(): void;
}

/** What a terminal filter can ask in addition. */
export interface TerminalFilterCallbacks extends StreamCallbacks {
  respondInformational(headers: HeaderMap): void;
  /** A 101 or a CONNECT that succeeded: headers through the encode hooks, then both ends are the host's to join. */
  upgrade(headers: HeaderMap, connection: unknown): void;
}
