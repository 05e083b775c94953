import type { Clock } from "../host/clock.ts";
import type { HostMetadata } from "../host/upstream-host.ts";
import type { TlsConnection } from "./tls-connection.ts";
import { flagBit, type ResponseFlag, type ResponseFlagSet } from "./response-flags.ts";

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
  readonly requestedServerName?: string;
  readonly connectionId?: number;
}

export interface StreamStart {
  readonly startWallMs: number;
  readonly startMonotonicMs: number;
  readonly downstream: DownstreamInfo;
  /** The clock that the start was read from, for whoever asks how long the stream has taken so far. */
  readonly clock?: Clock;
}

/**
 * Everything that is said about one stream when it is over: in logs, in formatted headers, in statistics. Written by the
 * connection manager, the router and filters; read by formatters.
 */
export class StreamInfo {
  readonly startWallMs: number;
  readonly startMonotonicMs: number;
  readonly downstream: DownstreamInfo;
  bytesReceived = 0;
  bytesSent = 0;
  responseCode: number | undefined;
  responseCodeDetails: string | undefined;
  routeName: string | undefined;
  virtualHostName: string | undefined;
  /** The cluster that the route chose, by its `alt_stat_name` if it has one; unset where there is no such cluster. */
  upstreamCluster: string | undefined;
  /** Address of the upstream host tried last. */
  upstreamHost: string | undefined;
  attemptCount = 0;
  readonly #clock: Clock | undefined;
  #flags: ResponseFlagSet = 0;
  #dynamicMetadata: Map<string, Readonly<Record<string, unknown>>> | undefined;

  constructor(start: StreamStart) {
    this.startWallMs = start.startWallMs;
    this.startMonotonicMs = start.startMonotonicMs;
    this.downstream = start.downstream;
    this.#clock = start.clock;
  }

  /** Whole milliseconds since the stream began; `undefined` without a clock. */
  get elapsedMs(): number | undefined {
    return this.#clock && Math.floor(this.#clock.monotonicMs() - this.startMonotonicMs);
  }

  get responseFlags(): ResponseFlagSet {
    return this.#flags;
  }

  setFlag(flag: ResponseFlag): void {
    this.#flags |= flagBit(flag);
  }

  hasFlag(flag: ResponseFlag): boolean {
    return (this.#flags & flagBit(flag)) !== 0;
  }

  /** Dynamic metadata of one namespace; a filter's namespace is its name. */
  metadata(namespace: string): Readonly<Record<string, unknown>> | undefined {
    return this.#dynamicMetadata?.get(namespace) ?? this.downstream.metadata?.[namespace];
  }

  /** Merges values into a namespace; later ones win key by key. */
  mergeMetadata(namespace: string, values: Readonly<Record<string, unknown>>): void {
    this.#dynamicMetadata ??= new Map();
    this.#dynamicMetadata.set(namespace, { ...this.metadata(namespace), ...values });
  }
}
