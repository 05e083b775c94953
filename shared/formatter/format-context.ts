import type { HeaderMap } from "../http/header-map.ts";
import type { StreamInfo } from "../http/stream-info.ts";

/** What a format may speak of. What is absent prints as missing. */
export interface FormatContext {
  readonly requestHeaders?: HeaderMap | undefined;
  readonly responseHeaders?: HeaderMap | undefined;
  readonly responseTrailers?: HeaderMap | undefined;
  readonly streamInfo: StreamInfo;
  /** Text of the local reply that is being formatted. */
  readonly localReplyBody?: string | undefined;
}

/** What an operator gives: numbers stay numbers for JSON formats; `undefined` is missing. */
export type FormatValue = string | number | undefined;

/** A compiled operator. Must not change anything in the context. */
export type FormatOperator = (context: FormatContext) => FormatValue;
