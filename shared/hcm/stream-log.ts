import type { AccessLogs } from "../access-log/access-log.ts";
import type { LogMoment } from "../formatter/format-context.ts";
import type { RandomSource } from "../host/random-source.ts";
import type { BodySource } from "../http/body-source.ts";
import type { HeaderMap } from "../http/header-map.ts";
import type { StreamInfo } from "../http/stream-info.ts";

/** What is known of a stream before it has an answer. */
export interface LoggedStream {
  readonly requestHeaders: HeaderMap;
  readonly streamInfo: StreamInfo;
  readonly random: RandomSource;
}

/** Keeps what the access log will ask of one stream, and writes its lines. */
export class StreamLog {
  readonly #logs: AccessLogs;
  readonly #stream: LoggedStream;
  #responseHeaders: HeaderMap | undefined;
  #responseBody: BodySource | undefined;

  constructor(logs: AccessLogs, stream: LoggedStream) {
    this.#logs = logs;
    this.#stream = stream;
  }

  /** The answer as it goes out. */
  onAnswer(headers: HeaderMap, body: BodySource | undefined): void {
    this.#responseHeaders = headers;
    this.#responseBody = body;
  }

  /** The stream is over. */
  onEnd(): void {
    this.#log("DownstreamEnd");
  }

  #log(moment: LogMoment): void {
    this.#logs.log({
      ...this.#stream,
      responseHeaders: this.#responseHeaders,
      responseTrailers: this.#responseBody?.trailers(),
      moment,
    });
  }
}
