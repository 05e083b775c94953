/** What one message may cost before anything is known of it. Sizes are bytes on the wire, line ends included. */
export interface Http1Limits {
  /** Start line and header section together. Default 60 KiB (`max_request_headers_kb`). */
  readonly maxHeadBytes: number;
  /** The start line alone. Default: only {@link maxHeadBytes} counts, as in Envoy. */
  readonly maxStartLineBytes: number;
  /** Field lines in the header section. Default 100 (`max_headers_count`). */
  readonly maxHeaders: number;
  /** The trailer section. Default 60 KiB. */
  readonly maxTrailerBytes: number;
  /** Field lines in the trailer section. Default 100. */
  readonly maxTrailers: number;
  /** Chunk extensions of one message in all. Nobody reads them; without a limit they are a body that is never counted. Default 16 KiB. */
  readonly maxChunkExtensionBytes: number;
}

const ENVOY_HEAD_BYTES = 60 * 1024;
const ENVOY_HEADER_COUNT = 100;

export const DEFAULT_HTTP1_LIMITS: Http1Limits = {
  maxHeadBytes: ENVOY_HEAD_BYTES,
  maxStartLineBytes: ENVOY_HEAD_BYTES,
  maxHeaders: ENVOY_HEADER_COUNT,
  maxTrailerBytes: ENVOY_HEAD_BYTES,
  maxTrailers: ENVOY_HEADER_COUNT,
  maxChunkExtensionBytes: 16 * 1024,
};
