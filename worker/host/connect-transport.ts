import type {
  Cancellation,
  UpstreamFailure,
  UpstreamOutcome,
  UpstreamRequest,
  UpstreamTarget,
  UpstreamTransport,
} from "../../shared/host/upstream-transport.ts";
import type { Timers } from "../../shared/host/timers.ts";
import { renderRequestHead } from "../../shared/http1/render-request.ts";
import { openSocket, type SocketOpener } from "./open-socket.ts";
import { SocketExchange } from "./socket-exchange.ts";

/**
 * The exit through a TCP socket and our own HTTP/1.1 codec: any address and any `Host`, headers as they are, trailers both ways.
 * One request takes one connection, since the platform ties a socket to the request that opened it. It switches no
 * protocols: the platform's other end of an upgrade is a WebSocket, and this one's would be bytes.
 */
export class ConnectTransport implements UpstreamTransport {
  readonly #opener: SocketOpener;
  readonly #timers: Timers;

  constructor(opener: SocketOpener, timers: Timers) {
    this.#opener = opener;
    this.#timers = timers;
  }

  async exchange(
    target: UpstreamTarget,
    request: UpstreamRequest,
    cancellation: Cancellation,
  ): Promise<UpstreamOutcome> {
    const { headers, body } = request;
    const method = headers.get(":method") ?? "GET";
    if (method === "CONNECT" || headers.has("upgrade")) return refused(request, "a connect exit switches no protocols");
    if (!isOriginForm(headers.get(":path") ?? "", method)) return refused(request, "the path begins with no slash");
    const head = renderRequestHead(headers, { hasBody: body !== undefined });
    if (!head.ok) return refused(request, `the request cannot be written: ${head.error.kind}`);
    const opened = await openSocket(this.#opener, this.#timers, { target, cancellation });
    if (opened.kind === "failure") {
      body?.cancel(opened.reason);
      return opened;
    }
    return new SocketExchange(opened.socket, { method, head: head.value, body }).run(cancellation);
  }
}

/** A rewrite may have left anything; a target of another form means something else (RFC 9112 section 3.2). */
function isOriginForm(path: string, method: string): boolean {
  return path.startsWith("/") || (path === "*" && method === "OPTIONS");
}

function refused({ body }: UpstreamRequest, transportReason: string): UpstreamFailure {
  body?.cancel("local reset");
  return { kind: "failure", reason: "protocol error", transportReason, sent: "nothing", reusedConnection: false };
}
