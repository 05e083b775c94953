import { err, ok, type Result } from "../base/result.ts";
import type { HeaderMap } from "../http/header-map.ts";
import { type HeaderCase, lowerCase } from "./header-case.ts";
import { type BodyFraming, CHUNKED, NO_BODY, TUNNEL } from "./message-head.ts";
import {
  contentLength,
  isFieldName,
  isFieldValue,
  isTarget,
  renderFields,
  renderFraming,
  type RenderedHead,
  type UnwritableHead,
} from "./render-head.ts";

export interface RequestRendering {
  readonly hasBody: boolean;
  /** Default: lower case. */
  readonly headerCase?: HeaderCase;
  /** Writes the whole URL into the request line (`send_fully_qualified_url`); default false. */
  readonly fullUrl?: boolean;
}

/**
 * The head of a request, HTTP/1.1: `Host` first, then the fields in their order with duplicates apart. A body without a declared
 * length is chunked. Nothing that a peer could take for two messages is ever written.
 */
export function renderRequestHead(
  headers: HeaderMap,
  { hasBody, headerCase = lowerCase, fullUrl = false }: RequestRendering,
): Result<RenderedHead, UnwritableHead> {
  const method = headers.get(":method");
  const authority = headers.get(":authority");
  if (method === undefined) return err({ kind: "missing", name: ":method" });
  if (authority === undefined) return err({ kind: "missing", name: ":authority" });
  if (!isFieldName(method.toLowerCase())) return err({ kind: "invalid", name: ":method" });
  if (!isFieldValue(authority)) return err({ kind: "invalid", name: ":authority" });
  const target = requestTarget(headers, method, fullUrl);
  if (target === undefined) return err({ kind: "missing", name: ":path" });
  if (!isTarget(target)) return err({ kind: "invalid", name: ":path" });
  const framing = requestFraming(headers, method, hasBody);
  if (framing === undefined) return err({ kind: "lengthMismatch" });
  const fields = renderFields(headers, headerCase);
  if ("invalid" in fields) return err({ kind: "invalid", name: fields.invalid });
  const host = `${headerCase("host")}: ${authority}\r\n`;
  const length = saysNoBody(method, framing)
    ? `${headerCase("content-length")}: 0\r\n`
    : renderFraming(framing, headerCase);
  return ok({ text: `${method} ${target} HTTP/1.1\r\n${host}${fields.text}${length}\r\n`, framing });
}

function requestTarget(headers: HeaderMap, method: string, fullUrl: boolean): string | undefined {
  const authority = headers.get(":authority") ?? "";
  if (method === "CONNECT") return authority;
  const path = headers.get(":path");
  if (!fullUrl || path === undefined || !path.startsWith("/")) return path;
  return `${headers.get(":scheme") ?? "http"}://${authority}${path}`;
}

/** `undefined` if the declared length cannot be right. */
function requestFraming(headers: HeaderMap, method: string, hasBody: boolean): BodyFraming | undefined {
  if (method === "CONNECT") return TUNNEL;
  const declared = contentLength(headers);
  if (!hasBody) return declared === undefined || declared === 0 ? NO_BODY : undefined;
  if (declared === undefined) return CHUNKED;
  return declared < 0 ? undefined : { kind: "length", bytes: declared };
}

/** Methods that expect a body say that there is none, as Envoy writes it (RFC 9110 section 8.6). */
function saysNoBody(method: string, framing: BodyFraming): boolean {
  return framing.kind === "none" && (method === "POST" || method === "PUT" || method === "PATCH");
}
