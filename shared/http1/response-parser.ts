import { HeaderMap } from "../http/header-map.ts";
import { addField, declaredLength } from "./declared-length.ts";
import type { FieldLine } from "./field-line.ts";
import { wantsKeepAlive } from "./field-list.ts";
import type { HeadReader } from "./head-reader.ts";
import type { Http1Limits } from "./http1-limits.ts";
import { LineText } from "./line-text.ts";
import { type BodyFraming, type MessageHead, NO_BODY, TUNNEL, UNTIL_CLOSE } from "./message-head.ts";
import { MessageParser } from "./message-parser.ts";
import type { ProtocolFault } from "./protocol-fault.ts";
import { SentNames } from "./sent-names.ts";
import { StatusLine } from "./status-line.ts";

export interface ResponseParserOptions {
  /** Those that are absent have their defaults. */
  readonly limits?: Partial<Http1Limits>;
  /** Keeps the spelling of header names, for `preserve_case`; default false. */
  readonly keepSentNames?: boolean;
}

/** What has to be known of a request to read its answer. */
export interface AskedRequest {
  readonly method: string;
  /** Whether it asked to switch protocols. */
  readonly upgrade: boolean;
}

/** `:status` and the fields. */
export interface ResponseHead extends MessageHead {
  readonly status: number;
  /** What the server calls the status; may be empty. */
  readonly reason: string;
}

/** Reads the answers of one connection, each after it was told what the question was. */
export class ResponseParser extends MessageParser<ResponseHead> {
  readonly #heads: ResponseHeads;

  constructor(options: ResponseParserOptions = {}) {
    const { limits = {}, keepSentNames = false } = options;
    const heads = new ResponseHeads(keepSentNames);
    super(heads, { text: new LineText(), keepSentNames, limits });
    this.#heads = heads;
  }

  /** The next answer is the one to this request. */
  expect(asked: AskedRequest): void {
    this.#heads.asked = asked;
    this.startNext();
  }
}

class ResponseHeads implements HeadReader<ResponseHead> {
  readonly startLine = new StatusLine();
  asked: AskedRequest = { method: "GET", upgrade: false };
  readonly #keepSentNames: boolean;
  #headers = new HeaderMap();
  #names: SentNames | undefined;

  constructor(keepSentNames: boolean) {
    this.#keepSentNames = keepSentNames;
  }

  begin(): true {
    this.#names = this.#keepSentNames ? new SentNames() : undefined;
    this.#headers = new HeaderMap();
    this.#headers.append(":status", String(this.startLine.status));
    return true;
  }

  addField(field: FieldLine): ProtocolFault | undefined {
    this.#names?.add(field);
    return addField(this.#headers, field);
  }

  finish(): ResponseHead | ProtocolFault {
    const { status, reason, minor } = this.startLine;
    const headers = this.#headers;
    const framing = responseFraming(headers, this.startLine, this.asked);
    if (typeof framing === "string") return framing;
    const endsWithConnection = framing.kind === "untilClose" || framing.kind === "tunnel";
    return {
      status,
      reason,
      headers,
      framing,
      isInterim: status < 200 && status !== SWITCHING_PROTOCOLS,
      keepAlive: !endsWithConnection && wantsKeepAlive(headers.get("connection"), minor),
      protocol: minor === 1 ? "HTTP/1.1" : "HTTP/1.0",
      sentNames: this.#names?.byName,
    };
  }
}

/** RFC 9112 section 6.3; an answer that must not declare a length may not do it, as in Envoy, but for `Content-Length: 0`. */
function responseFraming(
  headers: HeaderMap,
  { status, minor }: StatusLine,
  asked: AskedRequest,
): BodyFraming | ProtocolFault {
  const declared = declaredLength(headers, minor);
  if (typeof declared === "string") return declared;
  if (status === SWITCHING_PROTOCOLS && !asked.upgrade) return "unexpectedSwitch";
  // HTTP/1.0 has no such answers (RFC 9110 section 15.2).
  if (status < 200 && minor === 0) return "invalidStatus";
  if (status < 200 || status === NO_CONTENT) {
    const fault = dropEmptyLength(headers, declared);
    if (fault !== undefined) return fault;
    return status === SWITCHING_PROTOCOLS ? TUNNEL : NO_BODY;
  }
  if (asked.method === "CONNECT" && status < 300) return TUNNEL;
  if (asked.method === "HEAD" || status === NOT_MODIFIED) return NO_BODY;
  return declared ?? UNTIL_CLOSE;
}

function dropEmptyLength(headers: HeaderMap, declared: BodyFraming | undefined): ProtocolFault | undefined {
  if (declared?.kind === "chunked") return "transferEncodingNotAllowed";
  if (declared?.kind === "length") return "contentLengthNotAllowed";
  headers.remove("content-length");
  return undefined;
}

const SWITCHING_PROTOCOLS = 101;
const NO_CONTENT = 204;
const NOT_MODIFIED = 304;
