import type { HeaderMap } from "../../shared/http/header-map.ts";
import { valueToPlatform } from "./header-text.ts";

/** Statuses that the platform refuses a body for (Fetch standard, null body status). */
const NULL_BODY_STATUS: ReadonlySet<number> = new Set([101, 204, 205, 304]);

/** Whether the platform can build an answer of this status that is no upgrade. */
export function isPlatformStatus(status: number): boolean {
  return status >= 200 && status <= 599;
}

/** Whether an answer with these headers to this method has a body on the wire. */
export function hasBody(headers: HeaderMap, method: string): boolean {
  return method !== "HEAD" && !NULL_BODY_STATUS.has(Number(headers.get(":status")));
}

/** The bytes of the body are what the upstream sent: the platform is told not to encode them again. */
export function platformResponse(headers: HeaderMap, body: ReadableStream<Uint8Array> | null): Response {
  const status = Number(headers.get(":status"));
  return new Response(body, { status, headers: platformHeaders(headers), encodeBody: "manual" });
}

/** Joins the client's socket with the upstream's; framing headers of the handshake would break it. */
export function upgradeResponse(headers: HeaderMap, socket: WebSocket): Response {
  headers.remove("content-encoding");
  headers.remove("content-length");
  return new Response(null, { status: 101, headers: platformHeaders(headers), webSocket: socket });
}

/** An answer whose body breaks off at once, which is the nearest that a Worker comes to a reset. */
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
    if (!name.startsWith(":")) out.append(name, valueToPlatform(value));
  });
  return out;
}
