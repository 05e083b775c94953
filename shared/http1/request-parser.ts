import { HeaderMap } from "../http/header-map.ts";
import { addField, declaredLength } from "./declared-length.ts";
import type { FieldLine } from "./field-line.ts";
import { wantsKeepAlive } from "./field-list.ts";
import type { HeadReader } from "./head-reader.ts";
import type { Http1Limits } from "./http1-limits.ts";
import { LineText } from "./line-text.ts";
import { type BodyFraming, type MessageHead, NO_BODY, TUNNEL } from "./message-head.ts";
import { MessageParser } from "./message-parser.ts";
import type { ProtocolFault } from "./protocol-fault.ts";
import { RequestLine } from "./request-line.ts";
import { parseRequestTarget } from "./request-target.ts";
import { SentNames } from "./sent-names.ts";

export interface RequestParserOptions {
  /** Those that are absent have their defaults. */
  readonly limits?: Partial<Http1Limits>;
  /** `allow_absolute_url`; default true. */
  readonly allowAbsoluteUrl?: boolean;
  /** `allow_custom_methods`: methods that Envoy does not know; default false. */
  readonly allowCustomMethods?: boolean;
  /** Keeps the spelling of header names, for `preserve_case`; default false. */
  readonly keepSentNames?: boolean;
}

/** `:method`, `:scheme` if the target has one, `:authority` from the target or else from `Host`, `:path` except for CONNECT. */
export interface RequestHead extends MessageHead {
  readonly method: string;
}

/** A parser of requests; it starts at the first one. */
export function createRequestParser(options: RequestParserOptions = {}): MessageParser<RequestHead> {
  const { limits = {}, keepSentNames = false } = options;
  const text = new LineText();
  const parser = new MessageParser(new RequestHeads(text, options), { text, keepSentNames, limits });
  parser.startNext();
  return parser;
}

class RequestHeads implements HeadReader<RequestHead> {
  readonly startLine: RequestLine;
  readonly #options: RequestParserOptions;
  #headers = new HeaderMap();
  #names: SentNames | undefined;
  #targetHasAuthority = false;
  #hasHost = false;

  constructor(text: LineText, options: RequestParserOptions) {
    this.startLine = new RequestLine(text);
    this.#options = options;
  }

  begin(): boolean | ProtocolFault {
    const { method, target, isEmpty } = this.startLine;
    if (isEmpty) return false;
    if (!this.#options.allowCustomMethods && !KNOWN_METHODS.has(method)) return "invalidMethod";
    const parts = parseRequestTarget(method, target, this.#options.allowAbsoluteUrl ?? true);
    if (typeof parts === "string") return parts;
    this.#targetHasAuthority = parts.authority !== undefined;
    this.#hasHost = false;
    this.#names = this.#options.keepSentNames ? new SentNames() : undefined;
    const headers = new HeaderMap();
    headers.append(":method", method);
    if (parts.path !== undefined) headers.append(":path", parts.path);
    if (parts.scheme !== undefined) headers.append(":scheme", parts.scheme);
    headers.append(":authority", parts.authority ?? "");
    this.#headers = headers;
    return true;
  }

  addField(field: FieldLine): ProtocolFault | undefined {
    this.#names?.add(field);
    if (field.name !== "host") return addField(this.#headers, field);
    if (this.#hasHost) return "repeatedHost";
    this.#hasHost = true;
    if (!this.#targetHasAuthority) this.#headers.set(":authority", field.value);
    return undefined;
  }

  finish(): RequestHead | ProtocolFault {
    const { method, minor } = this.startLine;
    const headers = this.#headers;
    if (!this.#hasHost && !this.#targetHasAuthority) headers.remove(":authority");
    const framing = requestFraming(headers, method, minor);
    if (typeof framing === "string") return framing;
    return {
      method,
      headers,
      framing,
      isInterim: false,
      keepAlive: wantsKeepAlive(headers.get("connection"), minor),
      protocol: minor === 1 ? "HTTP/1.1" : "HTTP/1.0",
      sentNames: this.#names?.byName,
    };
  }
}

/** CONNECT has no body, and what would say that it has one is refused (RFC 9110 section 9.3.6), but for `Content-Length: 0`. */
function requestFraming(headers: HeaderMap, method: string, minor: number): BodyFraming | ProtocolFault {
  const declared = declaredLength(headers, minor) ?? NO_BODY;
  if (method !== "CONNECT" || typeof declared === "string") return declared;
  if (declared.kind !== "none") return "bodyNotAllowed";
  headers.remove("content-length");
  return TUNNEL;
}

/** What Envoy's codec takes without `allow_custom_methods`. Source: Envoy `balsa_parser.cc`. */
const KNOWN_METHODS: ReadonlySet<string> = new Set(
  (
    "GET HEAD POST PUT DELETE OPTIONS PATCH CONNECT TRACE ACL BIND CHECKOUT COPY LINK LOCK MERGE MKACTIVITY MKCALENDAR " +
    "MKCOL MOVE M-SEARCH NOTIFY PROPFIND PROPPATCH PURGE REBIND REPORT SEARCH SOURCE SUBSCRIBE UNBIND UNLINK UNLOCK " +
    "UNSUBSCRIBE"
  ).split(" "),
);
