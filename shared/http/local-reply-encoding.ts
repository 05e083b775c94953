import { HeaderMap } from "./header-map.ts";
import type { LocalReply, ReplyRewriter } from "./local-reply.ts";

/** What a local reply has to know of the request that it answers. */
export interface RepliedRequest {
  readonly isGrpc: boolean;
  readonly isHead: boolean;
}

/** What changes a reply on its way. */
export interface ReplyHooks {
  /** Sees the headers with only `:status` set, before the reply's own `modifyHeaders`. */
  readonly adjust?: (headers: HeaderMap) => void;
  /** Has the last word on everything but framing. */
  readonly rewriter?: ReplyRewriter | undefined;
}

export interface EncodedReply {
  /** The code of the reply; its headers say 200 where the request is gRPC. */
  readonly status: number;
  readonly headers: HeaderMap;
  /** Absent for HEAD, for gRPC and for an empty text. */
  readonly body: Uint8Array | undefined;
}

/**
 * A local reply as a response. The framing headers come last, as in Envoy, so a content type that a hook has set stays and a
 * content length does not.
 * Source: Envoy `Http::Utility::prepareLocalReply`.
 */
export function encodeLocalReply(
  reply: LocalReply,
  request: RepliedRequest,
  { adjust, rewriter }: ReplyHooks = {},
): EncodedReply {
  const headers = HeaderMap.from([[":status", String(reply.status)]]);
  adjust?.(headers);
  reply.modifyHeaders?.(headers);
  const rewritten = rewriter?.rewrite(reply, headers);
  const { status, body: text = "" } = rewritten ?? reply;
  if (request.isGrpc) {
    setGrpcHeaders(headers, { ...reply, status, body: text });
    return { status, headers, body: undefined };
  }
  const body = ENCODER.encode(text);
  if (body.byteLength === 0) {
    headers.remove("content-length");
    headers.remove("content-type");
    return { status, headers, body: undefined };
  }
  headers.set("content-length", String(body.byteLength));
  if (!headers.has("content-type")) headers.set("content-type", rewritten?.contentType ?? "text/plain");
  return { status, headers, body: request.isHead ? undefined : body };
}

/** Whether the request is gRPC, by its content type. gRPC-Web does not count. Source: Envoy `Grpc::Common::hasGrpcContentType`. */
export function isGrpcRequest(headers: HeaderMap): boolean {
  const contentType = headers.get("content-type");
  if (contentType === undefined || !contentType.startsWith(GRPC)) return false;
  return contentType.length === GRPC.length || contentType[GRPC.length] === "+";
}

/** gRPC's own mapping for answers that carry no `grpc-status`. Source: gRPC "HTTP to gRPC Status Code Mapping". */
export function grpcStatusFromHttp(status: number): number {
  return GRPC_STATUS_BY_HTTP.get(status) ?? 2;
}

const GRPC = "application/grpc";
const ENCODER = new TextEncoder();
const GRPC_STATUS_BY_HTTP: ReadonlyMap<number, number> = new Map([
  [400, 13],
  [401, 16],
  [403, 7],
  [404, 12],
  [429, 14],
  [502, 14],
  [503, 14],
  [504, 14],
]);

/** A trailers-only answer: status 200, and everything that matters in headers. */
function setGrpcHeaders(headers: HeaderMap, reply: LocalReply): void {
  headers.set(":status", "200");
  headers.set("content-type", GRPC);
  if (!headers.has("grpc-status")) {
    headers.set("grpc-status", String(reply.grpcStatus ?? grpcStatusFromHttp(reply.status)));
  }
  const message = reply.body ?? "";
  if (message !== "" && !headers.has("grpc-message")) headers.set("grpc-message", percentEncoded(message));
  headers.remove("content-length");
}

/** gRPC "Percent-Encoding" of `grpc-message`; `~` is encoded too, as Envoy does. */
function percentEncoded(text: string): string {
  let encoded = "";
  for (const byte of ENCODER.encode(text)) {
    const isPlain = byte >= 0x20 && byte < 0x7e && byte !== 0x25;
    encoded += isPlain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return encoded;
}
