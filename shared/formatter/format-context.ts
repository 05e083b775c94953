import type { HeaderMap } from "../http/header-map.ts";
import type { StreamInfo } from "../http/stream-info.ts";

/** When a log line is written, in Envoy's names; what `%ACCESS_LOG_TYPE%` prints. */
export type LogMoment =
  | "NotSet"
  | "DownstreamStart"
  | "DownstreamPeriodic"
  | "DownstreamEnd"
  | "DownstreamTunnelSuccessfullyEstablished";

/** What a format may speak of. What is absent prints as missing. */
export interface FormatContext {
  readonly requestHeaders?: HeaderMap | undefined;
  readonly responseHeaders?: HeaderMap | undefined;
  readonly responseTrailers?: HeaderMap | undefined;
  readonly streamInfo: StreamInfo;
  /** Text of the local reply that is being formatted. */
  readonly localReplyBody?: string | undefined;
  /** Default: `NotSet`, for formats that are not of a log. */
  readonly moment?: LogMoment | undefined;
}

/**
 * A list, an object, or what else JSON has, as its text: a value in JSON formats, and printed in texts. As in Envoy, only the
 * latter is cut to a length.
 */
export class JsonText {
  readonly json: string;
  readonly printed: string;
  constructor(json: string, printed: string = json) {
    this.json = json;
    this.printed = printed;
  }
}

/** What an operator gives: numbers stay numbers for JSON formats; `undefined` is missing. Texts are byte strings. */
export type FormatValue = string | number | JsonText | undefined;

/** A compiled operator. Must not change anything in the context. */
export type FormatOperator = (context: FormatContext) => FormatValue;
