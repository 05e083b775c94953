/**
 * Every way a message can be malformed, with the status that answers it when it is a request and the word that Envoy has for it
 * in the response code details. Source: Envoy `Http1ResponseCodeDetailValues`; where Envoy lets something pass that is refused
 * here, its general word for a codec error.
 */
export const PROTOCOL_FAULTS = {
  /** Nothing is wrong with what came, but the connection ended before the message did. */
  truncated: [400, "http1.codec_error"],
  bareLineFeed: [400, "http1.codec_error"],
  bareCarriageReturn: [400, "http1.codec_error"],
  foldedLine: [400, "http1.codec_error"],
  invalidMethod: [400, "http1.codec_error"],
  invalidTarget: [400, "http1.codec_error"],
  invalidUrl: [400, "http1.invalid_url"],
  invalidScheme: [400, "http1.invalid_scheme"],
  invalidVersion: [400, "http1.codec_error"],
  invalidStatus: [400, "http1.codec_error"],
  invalidFieldName: [400, "http1.codec_error"],
  invalidFieldValue: [400, "http1.invalid_characters"],
  repeatedHost: [400, "http1.codec_error"],
  invalidContentLength: [400, "http1.codec_error"],
  contentLengthNotAllowed: [400, "http1.content_length_not_allowed"],
  contentLengthAndChunked: [400, "http1.content_length_and_chunked_not_allowed"],
  transferEncodingNotAllowed: [400, "http1.transfer_encoding_not_allowed"],
  unknownTransferEncoding: [501, "http1.invalid_transfer_encoding"],
  bodyNotAllowed: [400, "http1.body_disallowed"],
  invalidChunkSize: [400, "http1.codec_error"],
  invalidChunkExtension: [400, "http1.codec_error"],
  chunkExtensionsTooLarge: [400, "http1.codec_error"],
  invalidChunkEnd: [400, "http1.codec_error"],
  framingInTrailers: [400, "http1.codec_error"],
  headersTooLarge: [431, "http1.headers_too_large"],
  tooManyHeaders: [431, "http1.too_many_headers"],
  trailersTooLarge: [431, "http1.headers_too_large"],
  tooManyTrailers: [431, "http1.too_many_headers"],
  /** An answer that switches protocols although nobody asked for it. */
  unexpectedSwitch: [400, "http1.codec_error"],
} as const;

export type ProtocolFault = keyof typeof PROTOCOL_FAULTS;

/** A message cannot be read on. Nothing behind it on the connection can be trusted: the connection has to go. */
export class MalformedMessage {
  readonly fault: ProtocolFault;

  constructor(fault: ProtocolFault) {
    this.fault = fault;
  }

  /** The answer to a request like this. */
  get status(): number {
    return PROTOCOL_FAULTS[this.fault][0];
  }

  /** For `%RESPONSE_CODE_DETAILS%`. */
  get details(): string {
    return PROTOCOL_FAULTS[this.fault][1];
  }
}
