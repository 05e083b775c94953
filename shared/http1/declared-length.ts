import type { HeaderMap } from "../http/header-map.ts";
import type { FieldLine } from "./field-line.ts";
import { type BodyFraming, CHUNKED, NO_BODY } from "./message-head.ts";
import type { ProtocolFault } from "./protocol-fault.ts";

/**
 * What the headers say of the body; `undefined` if they say nothing. There is one way to say it and everything else is refused, as
 * Envoy refuses it: `Content-Length` once, also if several agree, or `Transfer-Encoding` with nothing but `chunked`. Both together
 * are how requests are smuggled (RFC 9112 section 6.3 rule 3). HTTP/1.0 knows no transfer coding, so one that comes with it
 * passed through something that did not see it (section 6.1).
 */
export function declaredLength(headers: HeaderMap, minor: number): BodyFraming | ProtocolFault | undefined {
  const coding = headers.get("transfer-encoding");
  const length = headers.get("content-length");
  if (coding === undefined) return length === undefined ? undefined : parseLength(length);
  if (length !== undefined) return "contentLengthAndChunked";
  if (coding.toLowerCase() !== "chunked") return "unknownTransferEncoding";
  return minor === 0 ? "transferEncodingNotAllowed" : CHUNKED;
}

/**
 * Adds a field to a message's headers, unless it says a second time where the body ends: the map joins such lines to one value, in
 * which an empty line leaves no trace. A tab behind a transfer coding is refused, too, since some recipients take it for a part
 * of the coding.
 */
export function addField(headers: HeaderMap, { name, value, endsWithTab }: FieldLine): ProtocolFault | undefined {
  if (name === "content-length" && headers.has(name)) return "invalidContentLength";
  if (name === "transfer-encoding" && (headers.has(name) || endsWithTab)) return "unknownTransferEncoding";
  headers.add(name, value);
  return undefined;
}

function parseLength(text: string): BodyFraming | ProtocolFault {
  if (!/^[0-9]+$/.test(text)) return "invalidContentLength";
  const bytes = Number(text);
  if (bytes > Number.MAX_SAFE_INTEGER) return "invalidContentLength";
  return bytes === 0 ? NO_BODY : { kind: "length", bytes };
}
