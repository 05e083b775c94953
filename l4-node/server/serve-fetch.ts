import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

/** What the admin application is: the same function at the edge. */
export type FetchHandler = (request: Request) => Promise<Response>;

/** Admin requests carry no body to speak of: what is sent is read and dropped, up to this. */
const MAX_BODY_BYTES = 64 * 1024;

/** An HTTP server for a fetch handler. Meant for admin traffic: answers are buffered whole. */
export function serveFetch(handler: FetchHandler): Server {
  return createServer((request, response) => {
    void answer(handler, request, response);
  });
}

async function answer(handler: FetchHandler, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  try {
    if (!(await drainBody(incoming))) return send(outgoing, tooLarge());
    await send(outgoing, await handler(requestFrom(incoming)));
  } catch {
    // The application answers its own failures; this is a client that went away or a request that is no URL.
    if (outgoing.headersSent) outgoing.destroy();
    else await send(outgoing, new Response("bad request\n", { status: 400 }));
  }
}

async function drainBody(incoming: IncomingMessage): Promise<boolean> {
  let size = 0;
  for await (const chunk of incoming) {
    size += chunk instanceof Uint8Array ? chunk.length : 0;
    if (size > MAX_BODY_BYTES) return false;
  }
  return true;
}

function requestFrom({ method = "GET", url = "/", headers }: IncomingMessage): Request {
  const base = URL.canParse(`http://${headers.host}`) ? `http://${headers.host}` : "http://localhost";
  const copied = Object.entries(headers).flatMap(([name, value]) => {
    return value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value] as [string, string]];
  });
  return new Request(base + (url.startsWith("/") ? url : "/"), { method, headers: copied });
}

async function send(outgoing: ServerResponse, response: Response): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer());
  outgoing.writeHead(response.status, [...response.headers].flat());
  outgoing.end(body);
}

function tooLarge(): Response {
  return new Response("request body too large\n", { status: 413, headers: { connection: "close" } });
}
