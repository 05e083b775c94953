import { AccessLogs } from "../access-log/access-log.ts";
import type { Clock } from "../host/clock.ts";
import type { LogSinks } from "../host/log-sink.ts";
import type { Logger } from "../host/logger.ts";
import type { RandomSource } from "../host/random-source.ts";
import type { Timers } from "../host/timers.ts";
import type { BodySource } from "../http/body-source.ts";
import type { HeaderMap } from "../http/header-map.ts";
import { removeHopByHop } from "../http/hop-by-hop.ts";
import type { LocalReply } from "../http/local-reply.ts";
import { DETAILS } from "../http/response-code-details.ts";
import { type DownstreamInfo, StreamInfo } from "../http/stream-info.ts";
import type { DownstreamStream } from "../http-filter/downstream-stream.ts";
import type { FilterChain } from "../http-filter/filter-chain.ts";
import { FilterManager, type FilterManagerCounters } from "../http-filter/filter-manager.ts";
import type { ConnectionCheck } from "../network-filter/downstream-tls.ts";
import { ActiveStream, type HttpStream } from "./active-stream.ts";
import type { CompiledConnectionManager } from "./compile-connection-manager.ts";
import { ConnectionManagerStats } from "./connection-manager-stats.ts";
import { switchedChain } from "./filter-switches.ts";
import { checkRequest } from "./request-check.ts";
import { traceRequest } from "./request-tracing.ts";
import { sanitizeRequest } from "./request-sanitizer.ts";
import { LocalReplyMapper } from "./local-reply/local-reply-mapper.ts";
import { StreamLog, type StreamLogOptions } from "./stream-log.ts";
import { StreamRoutes } from "./route-resolver.ts";
import { judgeUpgrade, requestedUpgrade } from "./upgrade.ts";

/** `per_connection_buffer_limit_bytes` of listeners and clusters where they do not set it. */
const DEFAULT_BUFFER_LIMIT_BYTES = 1024 * 1024;

const UPGRADE_REFUSED: LocalReply = { status: 403, details: DETAILS.upgradeFailed };

/** A request as a host hands it over. */
export interface DownstreamRequest {
  /** With pseudo headers; the stream owns it from now on. */
  readonly headers: HeaderMap;
  readonly body: BodySource | undefined;
  readonly downstream: DownstreamInfo;
}

export interface ConnectionManagerPorts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: RandomSource;
  readonly logger: Logger;
  readonly logs: LogSinks;
}

/** What is known of a stream when it begins. */
interface KnownOfStream {
  readonly requestHeaders: HeaderMap;
  readonly streamInfo: StreamInfo;
  readonly random: RandomSource;
}

interface ChosenChain {
  readonly chain: FilterChain;
  /** Instead of running the filters. */
  readonly reply?: LocalReply;
}

interface StreamParts {
  readonly stream: ActiveStream;
  readonly routes: StreamRoutes;
  readonly chain: FilterChain;
}

/**
 * Takes requests through sanitising, routing and the filter chain, and keeps the books on them. One instance per compiled
 * configuration; a stream stays with the one that it began on.
 */
export class ConnectionManager {
  readonly #compiled: CompiledConnectionManager;
  readonly #ports: ConnectionManagerPorts;
  readonly #connectionCheck: ConnectionCheck | undefined;
  readonly #stats: ConnectionManagerStats;
  readonly #filterCounters: FilterManagerCounters;
  /** Absent where nothing is logged. */
  readonly #log: StreamLogOptions | undefined;
  readonly #usual: ChosenChain;

  constructor(compiled: CompiledConnectionManager, ports: ConnectionManagerPorts, connectionCheck?: ConnectionCheck) {
    this.#connectionCheck = connectionCheck;
    this.#compiled = compiled;
    this.#ports = ports;
    this.#usual = { chain: compiled.hasFilterSwitches ? switchedChain(compiled.chain, undefined) : compiled.chain };
    this.#stats = new ConnectionManagerStats(compiled.stats, compiled.codecStats);
    const { accessLogs, logMoments: moments } = compiled;
    const { timers, logs } = ports;
    if (accessLogs.length > 0) this.#log = { logs: new AccessLogs(accessLogs, logs), moments, timers };
    this.#filterCounters = {
      filterException: compiled.stats.counter("filter_exception"),
      lateCallback: compiled.stats.counter("late_callback"),
    };
  }

  /** Starts a stream. The answer goes to `downstream`, possibly before this returns. */
  handle(request: DownstreamRequest, downstream: DownstreamStream): HttpStream {
    const { headers, body } = request;
    const { random } = this.#ports;
    const info = this.#open(request);
    const refusal = this.#admit(headers, info);
    const known = { requestHeaders: headers, streamInfo: info, random };
    const log = this.#log && new StreamLog(this.#log, known);
    const stream = this.#newStream(known, downstream, log);
    const routes = new StreamRoutes(this.#compiled.routes, random, info, (route, matched) =>
      stream.applyRoute(route, matched),
    );
    if (refusal === undefined) this.#trace(stream, headers, routes);
    const verdict = refusal === undefined ? this.#chooseChain(headers, routes) : this.#usual;
    const manager = this.#newManager(known, { stream, routes, chain: verdict.chain });
    stream.attach(manager);
    if (this.#log?.moments.onStart === true) routes.early(headers);
    log?.onStart();
    this.#run(manager, { headers, body: stream.watchRequest(body) }, refusal ?? verdict.reply);
    // An answer that was there at once needs no watching, unless it turns out to go on.
    if (info.responseCode === undefined) stream.deadlines.watch();
    return stream;
  }

  #open({ downstream }: DownstreamRequest): StreamInfo {
    const { clock, random } = this.#ports;
    this.#stats.onStart(downstream.protocol);
    return new StreamInfo({
      startWallMs: clock.wallMs(),
      startMonotonicMs: clock.monotonicMs(),
      downstream,
      clock,
      random,
    });
  }

  #newStream(known: KnownOfStream, client: DownstreamStream, log: StreamLog | undefined): ActiveStream {
    const { clock, timers } = this.#ports;
    const { timeouts, response } = this.#compiled.policies;
    return new ActiveStream({
      info: known.streamInfo,
      requestHeaders: known.requestHeaders,
      log,
      client,
      timeouts,
      responsePolicy: response,
      stats: this.#stats,
      clock,
      timers,
    });
  }

  #newManager(known: KnownOfStream, { stream, routes, chain }: StreamParts): FilterManager {
    const { localReplies } = this.#compiled;
    return new FilterManager({
      chain,
      streamInfo: known.streamInfo,
      downstream: stream,
      routes,
      rewriter: localReplies && new LocalReplyMapper(localReplies, known),
      counters: this.#filterCounters,
      bufferLimits: { request: DEFAULT_BUFFER_LIMIT_BYTES, response: DEFAULT_BUFFER_LIMIT_BYTES },
      ...this.#ports,
      timers: stream.timers,
    });
  }

  #run(
    manager: FilterManager,
    { headers, body }: Omit<DownstreamRequest, "downstream">,
    reply: LocalReply | undefined,
  ): void {
    if (reply === undefined) {
      manager.decode(headers, body);
      return;
    }
    this.#stats.onRefusal(reply);
    manager.refuse(headers, body, reply);
  }

  /** The route may have a say in what is traced, so it is looked up before the filters run. */
  #trace(stream: ActiveStream, headers: HeaderMap, routes: StreamRoutes): void {
    const { tracing } = this.#compiled.policies;
    if (tracing === undefined) return;
    const { info } = stream;
    const traced = traceRequest(tracing, headers, { info, route: routes.early(headers), random: this.#ports.random });
    this.#stats.onTracing(traced.reason);
    stream.operation = traced.operation;
  }

  /** Checks the request and makes its headers trustworthy; gives the answer to one that goes no further. */
  #admit(headers: HeaderMap, info: StreamInfo): LocalReply | undefined {
    const { check, sanitizer } = this.#compiled.policies;
    const before = headers.size;
    const refusal = this.#connectionCheck?.(info.downstream) ?? checkRequest(headers, check);
    if (headers.size < before) this.#stats.onDroppedHeaders(before - headers.size);
    // Before anything adds a header: a client must not be able to name one away that a filter is going to set.
    removeHopByHop(headers, { keepUpgrade: true });
    return refusal ?? sanitizeRequest(headers, info, sanitizer, this.#ports.random);
  }

  /** The filters that the request passes, or the answer to an upgrade that its route does not allow. */
  #chooseChain(headers: HeaderMap, routes: StreamRoutes): ChosenChain {
    const { chain, upgrades, hasFilterSwitches } = this.#compiled;
    const upgrade = requestedUpgrade(headers);
    if (upgrade === undefined && !hasFilterSwitches) return this.#usual;
    const route = routes.early(headers);
    const verdict = upgrade === undefined ? undefined : judgeUpgrade(upgrade, upgrades, route);
    // As in Envoy, a request that has no route is answered with 404 and not with 403.
    if (verdict?.kind === "refused" && route !== undefined) return { chain, reply: UPGRADE_REFUSED };
    const chosen = (verdict?.kind === "allowed" ? verdict.chain : undefined) ?? chain;
    return { chain: hasFilterSwitches ? switchedChain(chosen, route) : chosen };
  }
}
