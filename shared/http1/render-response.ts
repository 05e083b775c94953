import { err, ok, type Result } from "../base/result.ts";
import type { HeaderMap } from "../http/header-map.ts";
import { type HeaderCase, lowerCase } from "./header-case.ts";
import { type BodyFraming, CHUNKED, NO_BODY, TUNNEL, UNTIL_CLOSE } from "./message-head.ts";
import {
  contentLength,
  isFieldValue,
  renderFields,
  renderFraming,
  type RenderedHead,
  type UnwritableHead,
} from "./render-head.ts";
import { reasonOf } from "./reason-phrase.ts";

export interface ResponseRendering {
  readonly hasBody: boolean;
  /** Of the request that is answered. */
  readonly method: string;
  /** What the client speaks: HTTP/1.0 gets no chunks, so a body of unknown length lasts until the connection ends. */
  readonly protocol: "HTTP/1.0" | "HTTP/1.1";
  /** Default: lower case. */
  readonly headerCase?: HeaderCase;
  /** Default: the registered one of the status. */
  readonly reason?: string;
}

/**
 * The head of an answer; the status line says HTTP/1.1 whatever the client speaks (RFC 9110 section 2.5). With framing `untilClose`
 * the connection has to be closed behind the body, and `connection: close` is the caller's to add.
 */
export function renderResponseHead(
  headers: HeaderMap,
  rendering: ResponseRendering,
): Result<RenderedHead, UnwritableHead> {
  const { headerCase = lowerCase } = rendering;
  const statusText = headers.get(":status");
  if (statusText === undefined) return err({ kind: "missing", name: ":status" });
  if (!/^[1-9][0-9]{2}$/.test(statusText)) return err({ kind: "invalid", name: ":status" });
  const status = Number(statusText);
  const reason = rendering.reason ?? reasonOf(status);
  if (!isFieldValue(reason)) return err({ kind: "invalid", name: ":status" });
  const framing = responseFraming(headers, status, rendering);
  if (framing === undefined) return err({ kind: "lengthMismatch" });
  const fields = renderFields(headers, headerCase);
  if ("invalid" in fields) return err({ kind: "invalid", name: fields.invalid });
  const length = declaredLine(headers, status, framing, rendering.method);
  const lengthLine =
    length === undefined ? renderFraming(framing, headerCase) : `${headerCase("content-length")}: ${length}\r\n`;
  return ok({ text: `HTTP/1.1 ${statusText} ${reason}\r\n${fields.text}${lengthLine}\r\n`, framing });
}

/** `undefined` if the declared length cannot be right. */
function responseFraming(
  headers: HeaderMap,
  status: number,
  { hasBody, method, protocol }: ResponseRendering,
): BodyFraming | undefined {
  if (status === 101 || (method === "CONNECT" && status >= 200 && status < 300)) return TUNNEL;
  if (status < 200 || status === 204) return NO_BODY;
  const declared = contentLength(headers);
  if (declared === -1) return undefined;
  if (method === "HEAD" || status === 304) return NO_BODY;
  if (!hasBody) return declared === undefined || declared === 0 ? NO_BODY : undefined;
  if (declared !== undefined) return { kind: "length", bytes: declared };
  return protocol === "HTTP/1.1" ? CHUNKED : UNTIL_CLOSE;
}

/** What `content-length` says of an answer that has no body here: to HEAD and in 304 the length that it would have had. */
function declaredLine(headers: HeaderMap, status: number, framing: BodyFraming, method: string): number | undefined {
  if (framing.kind !== "none" || status < 200 || status === 204) return undefined;
  const isAboutAnother = method === "HEAD" || status === 304;
  return contentLength(headers) ?? (isAboutAnother ? undefined : 0);
}
