import type { Clock } from "../host/clock.ts";
import type { RandomSource } from "../host/random-source.ts";
import type { RequestScope } from "../host/request-scope.ts";
import type { HostMetadata, UpstreamHost } from "../host/upstream-host.ts";
import type { FilterStateObject } from "./filter-state.ts";
import { flagBit, type ResponseFlag, type ResponseFlagSet } from "./response-flags.ts";
import { noTimes, type StreamTimes, type TimePoint, UPSTREAM_POINTS } from "./stream-times.ts";
import type { TlsConnection } from "./tls-connection.ts";
import type { UpstreamConnection } from "./upstream-connection.ts";

export type Protocol = "HTTP/1.0" | "HTTP/1.1" | "HTTP/2" | "HTTP/3";

/** What is known of the connection that a stream came on. Addresses in Envoy's text form (`10.0.0.1:4711`). */
export interface DownstreamInfo {
  readonly remoteAddress: string;
  readonly directRemoteAddress: string;
  readonly localAddress: string;
  readonly protocol: Protocol;
  /** Whether the client's connection is encrypted; decides the scheme where nothing trusted says otherwise. */
  readonly tls: boolean;
  /** The session, where the host knows more of it. */
  readonly tlsConnection?: TlsConnection | undefined;
  /** Dynamic metadata that every stream of the connection begins with, by namespace. */
  readonly metadata?: HostMetadata;
  /** What the host grants to this request; absent where it grants anything. */
  readonly scope?: RequestScope;
  readonly requestedServerName?: string;
  readonly connectionId?: number;
}

export interface StreamStart {
  readonly startWallMs: number;
  readonly startMonotonicMs: number;
  readonly downstream: DownstreamInfo;
  /** The clock that the start was read from, for whoever asks how long the stream has taken so far. */
  readonly clock?: Clock;
  /** Where unique identifiers come from. */
  readonly random?: RandomSource;
}

/**
 * Everything that is said about one stream when it is over: in logs, in formatted headers, in statistics. Written by the
 * connection manager, the router and filters; read by formatters.
 */
export class StreamInfo {
  readonly startWallMs: number;
  readonly startMonotonicMs: number;
  readonly downstream: DownstreamInfo;
  /** Who the client is, as far as trusted headers tell; at first the connection's. Without a port of its own it has port 0. */
  remoteAddress: string;
  /** Bytes of the request's body and of the answer's. */
  bytesReceived = 0;
  bytesSent = 0;
  responseCode: number | undefined;
  responseCodeDetails: string | undefined;
  routeName: string | undefined;
  virtualHostName: string | undefined;
  virtualClusterName: string | undefined;
  routeMetadata: HostMetadata | undefined;
  virtualHostMetadata: HostMetadata | undefined;
  clusterMetadata: HostMetadata | undefined;
  /** The cluster that the route chose, by its `alt_stat_name` if it has one; unset where there is no such cluster. */
  upstreamCluster: string | undefined;
  /** The same by its own name. */
  upstreamClusterRaw: string | undefined;
  /** The upstream host tried last, and its address. */
  upstream: UpstreamHost | undefined;
  upstreamHost: string | undefined;
  /** What the transport tells of the connection of the attempt made last. */
  upstreamConnection: UpstreamConnection | undefined;
  /** The transport's own words for a connection that could not be made. */
  upstreamTransportFailure: string | undefined;
  attemptCount = 0;
  /** The trace that the stream belongs to, as lower-case hex. */
  traceId: string | undefined;
  /** Whether the request's spans would be kept; what `traceable_filter` asks. */
  isTraced = false;
  /** Of a filter that answers health checks. */
  isHealthCheck = false;
  readonly #clock: Clock | undefined;
  readonly #random: RandomSource | undefined;
  #flags: ResponseFlagSet = 0;
  #flagsInOrder: ResponseFlag[] | undefined;
  #dynamicMetadata: Map<string, Readonly<Record<string, unknown>>> | undefined;
  #filterState: Map<string, FilterStateObject> | undefined;
  #times: StreamTimes | undefined;
  #attemptedHosts: UpstreamHost[] | undefined;
  #endMs: number | undefined;

  constructor(start: StreamStart) {
    this.startWallMs = start.startWallMs;
    this.startMonotonicMs = start.startMonotonicMs;
    this.downstream = start.downstream;
    this.remoteAddress = start.downstream.remoteAddress;
    this.#clock = start.clock;
    this.#random = start.random;
  }

  /** Whole milliseconds since the stream began, up to its end; `undefined` without a clock. */
  get elapsedMs(): number | undefined {
    const nowMs = this.#endMs ?? this.#clock?.monotonicMs();
    return nowMs === undefined ? undefined : Math.floor(nowMs - this.startMonotonicMs);
  }

  /** The time of day, now; `undefined` without a clock. */
  get wallMs(): number | undefined {
    return this.#clock?.wallMs();
  }

  /** A new identifier; `undefined` without a source of random numbers. */
  newUuid(): string | undefined {
    return this.#random?.uuid();
  }

  /** The stream is over; from now on it takes no more time. */
  end(): void {
    this.#endMs ??= this.#clock?.monotonicMs();
  }

  /** Whether {@link end} was called. */
  get hasEnded(): boolean {
    return this.#endMs !== undefined;
  }

  /** Notes that a point is reached, now. A point that is passed again, such as the last byte so far, moves. */
  mark(point: TimePoint): void {
    if (this.#clock === undefined) return;
    this.#times ??= noTimes();
    this.#times[point] = this.#clock.monotonicMs();
  }

  /** Notes a point that must not move. */
  markFirst(point: TimePoint): void {
    if (this.#times?.[point] === undefined) this.mark(point);
  }

  /** Monotonic milliseconds; `undefined` where the stream did not get there. */
  timeOf(point: TimePoint): number | undefined {
    return point === "DS_RX_BEG" ? this.startMonotonicMs : this.#times?.[point];
  }

  /** A request to this host is about to be made; what was known of the attempt before it no longer counts. */
  beginAttempt(host: UpstreamHost): void {
    this.attemptCount += 1;
    this.upstream = host;
    this.upstreamHost = host.address;
    if (this.attemptCount === 1) return;
    this.upstreamConnection = undefined;
    this.upstreamTransportFailure = undefined;
    if (this.#times === undefined) return;
    for (const point of UPSTREAM_POINTS) this.#times[point] = undefined;
  }

  /** A connection to this host took the request. Source: Envoy `UpstreamInfo::addUpstreamHostAttempted`. */
  addAttemptedHost(host: UpstreamHost): void {
    this.#attemptedHosts ??= [];
    this.#attemptedHosts.push(host);
  }

  /** The hosts that took the request, in order. */
  get attemptedHosts(): readonly UpstreamHost[] {
    return this.#attemptedHosts ?? [];
  }

  get responseFlags(): ResponseFlagSet {
    return this.#flags;
  }

  /** As they were set, which is how Envoy prints them. */
  get flagsInOrder(): readonly ResponseFlag[] {
    return this.#flagsInOrder ?? [];
  }

  setFlag(flag: ResponseFlag): void {
    if (this.hasFlag(flag)) return;
    this.#flags |= flagBit(flag);
    this.#flagsInOrder ??= [];
    this.#flagsInOrder.push(flag);
  }

  hasFlag(flag: ResponseFlag): boolean {
    return (this.#flags & flagBit(flag)) !== 0;
  }

  /** Dynamic metadata of one namespace; a filter's namespace is its name. */
  metadata(namespace: string): Readonly<Record<string, unknown>> | undefined {
    const found = this.#dynamicMetadata?.get(namespace);
    if (found !== undefined) return found;
    const { metadata = {} } = this.downstream;
    return Object.hasOwn(metadata, namespace) ? metadata[namespace] : undefined;
  }

  /** Merges values into a namespace; later ones win key by key. */
  mergeMetadata(namespace: string, values: Readonly<Record<string, unknown>>): void {
    this.#dynamicMetadata ??= new Map();
    this.#dynamicMetadata.set(namespace, { ...this.metadata(namespace), ...values });
  }

  /** What filters left on the stream, by name. */
  filterState(name: string): FilterStateObject | undefined {
    return this.#filterState?.get(name);
  }

  setFilterState(name: string, object: FilterStateObject): void {
    this.#filterState ??= new Map();
    this.#filterState.set(name, object);
  }
}
