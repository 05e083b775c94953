import { httpDate } from "../formatter/time-format.ts";
import type { Clock } from "../host/clock.ts";
import type { Timers } from "../host/timers.ts";
import { type BodyRead, type BodySource, END } from "../http/body-source.ts";
import type { HeaderMap } from "../http/header-map.ts";
import type { ResetReason } from "../http/reset-reason.ts";
import { DETAILS } from "../http/response-code-details.ts";
import type { StreamInfo } from "../http/stream-info.ts";
import type { DownstreamStream } from "../http-filter/downstream-stream.ts";
import type { FilterManager } from "../http-filter/filter-manager.ts";
import type { Route } from "../router/route.ts";
import type { MaxStreamDuration } from "../router/stream-settings.ts";
import type { ConnectionManagerStats, StreamEnding } from "./connection-manager-stats.ts";
import { streamDuration } from "./route-limits.ts";
import { JointTimers } from "./joint-timers.ts";
import { finalizeResponse, type ResponseHeaderPolicy } from "./response-headers.ts";
import { type DeadlineOwner, type Expiry, StreamDeadlines } from "./stream-deadlines.ts";
import type { StreamTimeouts } from "./stream-timeouts.ts";
import { replyToExpiry } from "./timeout-reply.ts";
import type { StreamLog } from "./stream-log.ts";
import { type BodyWatcher, WatchedBody } from "./watched-body.ts";

/** What the host tells the stream afterwards. Calls after the end do nothing. */
export interface HttpStream {
  readonly info: StreamInfo;
  /** The last byte of the answer is out. */
  complete(): void;
  /** The client went away. */
  disconnect(): void;
  /** The answer broke off. */
  reset(reason: ResetReason): void;
}

/** What a stream is made of. */
export interface ActiveStreamOptions {
  readonly info: StreamInfo;
  readonly requestHeaders: HeaderMap;
  readonly client: DownstreamStream;
  /** Absent where nothing is logged. */
  readonly log: StreamLog | undefined;
  readonly timeouts: StreamTimeouts;
  readonly responsePolicy: ResponseHeaderPolicy;
  readonly stats: ConnectionManagerStats;
  readonly clock: Clock;
  readonly timers: Timers;
}

/**
 * One stream between the host and its filters: has the last word on every answer, watches over the time limits, and closes the
 * books once, whichever way the stream ends.
 */
export class ActiveStream implements HttpStream, DownstreamStream, DeadlineOwner {
  readonly info: StreamInfo;
  readonly clock: Clock;
  /** For the filters as well; they end with the stream. */
  readonly timers: JointTimers;
  readonly deadlines: StreamDeadlines;
  /** What the answer says in `x-envoy-decorator-operation`. */
  operation: string | undefined;
  readonly #options: ActiveStreamOptions;
  #manager: FilterManager | undefined;
  #routedDuration: MaxStreamDuration | undefined;
  /** The request's body moves where nobody here sees it. */
  #bodyIsUnseen = false;
  #isUpgraded = false;
  #over = false;

  constructor(options: ActiveStreamOptions) {
    this.#options = options;
    this.info = options.info;
    this.clock = options.clock;
    this.timers = new JointTimers(options.timers, options.clock);
    this.deadlines = new StreamDeadlines(options.timeouts, options.info.startMonotonicMs, this);
  }

  /** Gives the filters that the stream runs through; once, before anything comes. */
  attach(manager: FilterManager): void {
    this.#manager = manager;
  }

  /** The request's body as the filters get it. */
  watchRequest(body: BodySource | undefined): BodySource | undefined {
    if (body !== undefined) return new WatchedBody(body, this.#requestWatcher);
    this.#onRequestReceived();
    return undefined;
  }

  /** Takes over what a route says of its streams. */
  applyRoute(route: Route, headers: HeaderMap): void {
    if (route.kind !== "forward") return;
    const { idleMs, maxDuration } = route.stream;
    if (idleMs !== undefined) this.deadlines.limitIdle(idleMs);
    if (maxDuration === undefined && this.#routedDuration === undefined) return;
    this.#routedDuration = maxDuration;
    this.deadlines.limitDuration(streamDuration(maxDuration, this.#options.timeouts.maxDurationMs, headers));
  }

  // From the host

  complete(): void {
    if (this.#over) return;
    this.info.mark("DS_TX_END");
    if (!this.#isReceived && !this.#bodyIsUnseen) this.#options.stats.onEarlyResponse();
    this.#manager?.complete();
    this.#end("complete");
  }

  disconnect(): void {
    if (this.#manager?.isOver === false) {
      this.info.setFlag("DownstreamConnectionTermination");
      this.info.responseCodeDetails = DETAILS.downstreamRemoteDisconnect;
    }
    this.reset("remote reset");
  }

  // From the filters, and from the host as well

  reset(reason: ResetReason): void {
    const brokenByFilters = this.#manager?.isOver === true && !this.#over;
    this.#manager?.reset(reason);
    this.#end(brokenByFilters || reason !== "remote reset" ? "reset by us" : "reset by client");
    if (brokenByFilters) this.#options.client.reset(reason);
  }

  // From the filters

  encodeInformational(headers: HeaderMap): void {
    this.deadlines.onActivity();
    this.#options.client.encodeInformational(headers);
  }

  encodeHeaders(headers: HeaderMap, body: BodySource | undefined): void {
    this.#finalize(headers);
    this.#options.log?.onAnswer(headers, body);
    this.#options.client.encodeHeaders(headers, body && new WatchedBody(body, this.#responseWatcher(headers)));
  }

  encodeUpgrade(headers: HeaderMap, connection: unknown): void {
    this.#finalize(headers);
    this.#options.log?.onTunnel(headers);
    this.#isUpgraded = true;
    this.#options.stats.onUpgrade();
    this.#options.client.encodeUpgrade(headers, connection);
  }

  // From the deadlines

  onExpiry(expiry: Expiry): void {
    this.#options.stats.onExpiry(expiry);
    this.#manager?.sendLocalReply(replyToExpiry(expiry, this.#isReceived));
  }

  #finalize(headers: HeaderMap): void {
    this.deadlines.resumeIdle();
    this.info.markFirst("DS_TX_BEG");
    this.info.responseCode = Number(headers.get(":status"));
    finalizeResponse(headers, this.#options.requestHeaders, this.#options.responsePolicy);
    if (this.operation !== undefined) headers.set("x-envoy-decorator-operation", this.operation);
    if (!headers.has("date")) headers.set("date", httpDate(this.clock.wallMs()));
  }

  /** The end of a body that was handed over is known where the upstream got it. */
  get #isReceived(): boolean {
    return this.deadlines.requestReceived || (this.#bodyIsUnseen && this.info.timeOf("US_TX_END") !== undefined);
  }

  #onRequestReceived(): void {
    this.deadlines.onRequestReceived();
    this.info.markFirst("DS_RX_END");
  }

  get #requestWatcher(): BodyWatcher {
    return {
      onRead: (read: BodyRead): void => {
        this.deadlines.onActivity();
        if (read instanceof Uint8Array) this.info.bytesReceived += read.byteLength;
        else if (read === END) this.#onRequestReceived();
      },
      onHandOver: () => {
        this.#bodyIsUnseen = true;
        this.deadlines.suspendIdle();
        this.info.bytesReceived = announcedBytes(this.#options.requestHeaders);
      },
    };
  }

  #responseWatcher(headers: HeaderMap): BodyWatcher {
    return {
      onRead: (read: BodyRead): void => {
        this.deadlines.onActivity();
        if (!(read instanceof Uint8Array)) return;
        // More than one chunk is more than a text that was at hand.
        if (this.info.bytesSent > 0) this.deadlines.watch();
        this.info.bytesSent += read.byteLength;
      },
      onHandOver: () => {
        this.deadlines.suspendIdle();
        this.info.bytesSent = announcedBytes(headers);
      },
    };
  }

  #end(ending: StreamEnding): void {
    if (this.#over) return;
    this.#over = true;
    this.deadlines.close();
    this.timers.close();
    this.info.end();
    this.#options.stats.onEnd(this.info, ending, this.clock);
    if (this.#isUpgraded) this.#options.stats.onUpgradeEnd();
    this.#options.log?.onEnd();
  }
}

/** Nobody counts a body that was handed over to the platform; what its headers say of it stands for that. */
function announcedBytes(headers: HeaderMap): number {
  const length = headers.get("content-length");
  return length !== undefined && /^\d+$/.test(length) ? Number(length) : 0;
}
