import type { AccessLogs } from "../access-log/access-log.ts";
import type { LogMoment } from "../formatter/format-context.ts";
import type { RandomSource } from "../host/random-source.ts";
import type { Cancel, Timers } from "../host/timers.ts";
import type { BodySource } from "../http/body-source.ts";
import type { HeaderMap } from "../http/header-map.ts";
import type { StreamInfo } from "../http/stream-info.ts";
import type { LogMoments } from "./log-moments.ts";

/** What is known of a stream before it has an answer. */
export interface LoggedStream {
  readonly requestHeaders: HeaderMap;
  readonly streamInfo: StreamInfo;
  readonly random: RandomSource;
}

/** Where and when streams are logged. */
export interface StreamLogOptions {
  readonly logs: AccessLogs;
  readonly moments: LogMoments;
  readonly timers: Timers;
}

/** Keeps what the access log will ask of one stream, and writes its lines. */
export class StreamLog {
  readonly #options: StreamLogOptions;
  readonly #stream: LoggedStream;
  #responseHeaders: HeaderMap | undefined;
  #responseBody: BodySource | undefined;
  #cancelPeriod: Cancel | undefined;
  #isOver = false;

  constructor(options: StreamLogOptions, stream: LoggedStream) {
    this.#options = options;
    this.#stream = stream;
  }

  /** The request's route is known, and no filter has seen it. */
  onStart(): void {
    const { onStart, intervalMs } = this.#options.moments;
    if (onStart) this.#log("DownstreamStart");
    if (intervalMs > 0) this.#armPeriod(intervalMs);
  }

  /** The answer as it goes out. */
  onAnswer(headers: HeaderMap, body: BodySource | undefined): void {
    this.#responseHeaders = headers;
    this.#responseBody = body;
  }

  /** The answer agrees to an upgrade. */
  onTunnel(headers: HeaderMap): void {
    this.#responseHeaders = headers;
    if (this.#options.moments.onTunnel) this.#log("DownstreamTunnelSuccessfullyEstablished");
  }

  /** The stream is over. */
  onEnd(): void {
    this.#isOver = true;
    this.#cancelPeriod?.();
    this.#log("DownstreamEnd");
  }

  #armPeriod(intervalMs: number): void {
    this.#cancelPeriod = this.#options.timers.after(intervalMs, intervalMs / 16, () => {
      if (this.#isOver) return;
      this.#log("DownstreamPeriodic");
      this.#armPeriod(intervalMs);
    });
  }

  #log(moment: LogMoment): void {
    this.#options.logs.log({
      ...this.#stream,
      responseHeaders: this.#responseHeaders,
      responseTrailers: this.#responseBody?.trailers(),
      moment,
    });
  }
}
