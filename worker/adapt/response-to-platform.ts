import type { BodySource } from "../../shared/http/body-source.ts";
import type { HeaderMap } from "../../shared/http/header-map.ts";
import { bodyStream } from "./body-stream.ts";

/** Statuses that the platform refuses a body for (Fetch standard, null body status). */
const NULL_BODY_STATUS: ReadonlySet<number> = new Set([101, 204, 205, 304]);

/** The platform builds only these; an upstream's other codes are a protocol error at the edge. */
export function isPlatformStatus(status: number): boolean {
  return status >= 200 && status <= 599;
}

export function responseFromHeaders(headers: HeaderMap, body: BodySource | undefined, method: string): Response {
  const status = Number(headers.get(":status"));
  const bodiless = body === undefined || method === "HEAD" || NULL_BODY_STATUS.has(status);
  if (bodiless) body?.cancel("local reset");
  const stream = bodiless ? null : bodyStream(body, headers.get("content-length"));
  return new Response(stream, { status, headers: platformHeaders(headers), encodeBody: "manual" });
}

/** Joins the client's socket with the upstream's; framing headers of the handshake would break it. */
export function upgradeResponse(headers: HeaderMap, socket: WebSocket): Response {
  headers.remove("content-encoding");
  headers.remove("content-length");
  return new Response(null, { status: 101, headers: platformHeaders(headers), webSocket: socket });
}

/** An answer that breaks off at once, which is the nearest a Worker comes to a reset. */
export function resetResponse(reason: string): Response {
  const broken = new ReadableStream({
    pull(controller) {
      controller.error(new Error(reason));
    },
  });
  return new Response(broken, { status: 502 });
}

export function platformHeaders(headers: HeaderMap): Headers {
  const out = new Headers();
  headers.forEach((name, value) => {
    if (!name.startsWith(":")) out.append(name, value);
  });
  return out;
}
