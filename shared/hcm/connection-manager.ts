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
import { FilterManager, type FilterManagerCounters } from "../http-filter/filter-manager.ts";
import type { ConnectionCheck } from "../network-filter/downstream-tls.ts";
import { ActiveStream, type HttpStream } from "./active-stream.ts";
import type { CompiledConnectionManager } from "./compile-connection-manager.ts";
import { ConnectionManagerStats } from "./connection-manager-stats.ts";
import { checkRequest } from "./request-check.ts";
import { sanitizeRequest } from "./request-sanitizer.ts";
import { LocalReplyMapper } from "./local-reply/local-reply-mapper.ts";
import { StreamLog } from "./stream-log.ts";
import { StreamRoutes } from "./route-resolver.ts";
import { requestedUpgrade } from "./upgrade.ts";

/** `per_connection_buffer_limit_bytes` of listeners and clusters where they do not set it. */
const DEFAULT_BUFFER_LIMIT_BYTES = 1024 * 1024;

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
  readonly #accessLogs: AccessLogs | undefined;

  constructor(compiled: CompiledConnectionManager, ports: ConnectionManagerPorts, connectionCheck?: ConnectionCheck) {
    this.#connectionCheck = connectionCheck;
    this.#compiled = compiled;
    this.#ports = ports;
    this.#stats = new ConnectionManagerStats(compiled.stats);
    if (compiled.accessLogs.length > 0) this.#accessLogs = new AccessLogs(compiled.accessLogs, ports.logs);
    this.#filterCounters = {
      filterException: compiled.stats.counter("filter_exception"),
      lateCallback: compiled.stats.counter("late_callback"),
    };
  }

  /** Starts a stream. The answer goes to `downstream`, possibly before this returns. */
  handle(request: DownstreamRequest, downstream: DownstreamStream): HttpStream {
    const { clock, random, timers } = this.#ports;
    const { policies, routes, localReplies } = this.#compiled;
    const { headers, body } = request;
    const info = new StreamInfo({
      startWallMs: clock.wallMs(),
      startMonotonicMs: clock.monotonicMs(),
      downstream: request.downstream,
      clock,
      random,
    });
    const known = { requestHeaders: headers, streamInfo: info, random };
    this.#stats.onStart();
    const refusal = this.#admit(headers, info);
    const stream = new ActiveStream({
      info,
      requestHeaders: headers,
      log: this.#accessLogs && new StreamLog(this.#accessLogs, known),
      client: downstream,
      timeouts: policies.timeouts,
      responsePolicy: policies.response,
      stats: this.#stats,
      clock,
      timers,
    });
    const manager = new FilterManager({
      chain: this.#compiled.chain,
      streamInfo: info,
      downstream: stream,
      routes: new StreamRoutes(routes, random, info),
      rewriter: localReplies && new LocalReplyMapper(localReplies, known),
      counters: this.#filterCounters,
      bufferLimits: { request: DEFAULT_BUFFER_LIMIT_BYTES, response: DEFAULT_BUFFER_LIMIT_BYTES },
      ...this.#ports,
    });
    stream.attach(manager);
    const watched = stream.watchRequest(body);
    if (refusal === undefined) manager.decode(headers, watched);
    else manager.refuse(headers, watched, this.#counted(refusal));
    stream.deadlines.watch();
    return stream;
  }

  /** Checks the request and makes its headers trustworthy; gives the answer to one that goes no further. */
  #admit(headers: HeaderMap, info: StreamInfo): LocalReply | undefined {
    const { check, sanitizer } = this.#compiled.policies;
    const refusal = this.#connectionCheck?.(info.downstream) ?? checkRequest(headers, check);
    const upgrade = this.#checkUpgrade(headers);
    // Before anything adds a header: a client must not be able to name one away that a filter is going to set.
    removeHopByHop(headers, { keepUpgrade: true });
    return refusal ?? sanitizeRequest(headers, info, sanitizer, this.#ports.random) ?? upgrade;
  }

  #checkUpgrade(headers: HeaderMap): LocalReply | undefined {
    const upgrade = requestedUpgrade(headers);
    if (upgrade === undefined || this.#compiled.upgrades.has(upgrade)) return undefined;
    return { status: 403, details: DETAILS.upgradeFailed };
  }

  #counted(refusal: LocalReply): LocalReply {
    if (refusal.status === 431) this.#stats.tooLarge.inc();
    if (refusal.status === 307) this.#stats.redirectedWithNormalizedPath.inc();
    else if (refusal.details === DETAILS.pathNormalizationFailed) this.#stats.failedPathNormalization.inc();
    if (refusal.details === DETAILS.absolutePath) this.#stats.nonRelativePath.inc();
    if (refusal.details === DETAILS.upgradeFailed) this.#stats.wsOnNonWsRoute.inc();
    return refusal;
  }
}
