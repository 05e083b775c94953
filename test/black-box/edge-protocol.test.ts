import type { IncomingMessage, ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, it } from "vitest";
import { clusterOf, EdgeFixture, httpFilter, loopback } from "../support/edge-fixture.ts";
import { rawExchange, statusOf } from "../support/raw-http.ts";
import { RecordingBackend } from "../support/recording-backend.ts";
import { echoWebSockets } from "../support/websocket-echo.ts";

const SECRET = "correct horse battery staple";
const ZIPPED = gzipSync("compressed by the upstream");

function backend(request: IncomingMessage, response: ServerResponse): void {
  switch (request.url) {
    case "/redirect":
      response.writeHead(302, { location: "http://elsewhere.example/" }).end();
      return;
    case "/hop":
      response
        .writeHead(200, { connection: "x-private, close", "x-private": "1", "keep-alive": "timeout=9" })
        .end("hop");
      return;
    case "/cookies":
      response.setHeader("set-cookie", ["a=1", "b=2"]);
      response.end("cookies");
      return;
    case "/zipped":
      response.writeHead(200, { "content-encoding": "gzip", "content-length": ZIPPED.length }).end(ZIPPED);
      return;
    case "/empty":
      response.writeHead(204).end();
      return;
    case "/head":
      response.writeHead(200, { "content-length": 42 }).end();
      return;
    default:
      response.end(JSON.stringify(request.headers));
  }
}

const ROUTES = [
  { match: { prefix: "/nowhere" }, route: { cluster: "refused" } },
  { match: { prefix: "/bound" }, route: { cluster: "bound", host_rewrite_literal: "inside.example" } },
  { match: { prefix: "/unbound" }, route: { cluster: "unbound" } },
];

describe("HTTP through the edge", () => {
  let edge: EdgeFixture;
  let bound: RecordingBackend;

  beforeAll(async () => {
    bound = await RecordingBackend.start("bound");
    const internal = (name: string): object => ({ envoy_internal_address: { server_listener_name: name } });
    edge = await EdgeFixture.start({
      backend,
      routes: ROUTES,
      clusters: [
        clusterOf("refused", loopback(1)),
        clusterOf("bound", internal("BOUND")),
        clusterOf("unbound", internal("NOWHERE")),
      ],
      manager: { upgrade_configs: [{ upgrade_type: "websocket" }] },
      args: ["--bind", `BOUND=127.0.0.1:${bound.port}`, "--var", `NUNCIO_ADMIN_SECRET=${SECRET}`],
    });
    echoWebSockets(edge.backend);
  });

  afterAll(async () => {
    await edge?.stop();
    await bound?.stop();
  });

  const get = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(edge.url(path), { redirect: "manual", ...init });
  const raw = (lines: readonly string[]): Promise<string> =>
    rawExchange(edge.port, `${[...lines, "Host: test.example", "Connection: close"].join("\r\n")}\r\n\r\n`);

  it("a redirect of the upstream goes to the client and is not followed", async ({ expect }) => {
    const response = await get("/redirect");
    expect([response.status, response.headers.get("location")]).toEqual([302, "http://elsewhere.example/"]);
  });

  it("hop-by-hop headers cross in neither direction, nor do those that Connection names", async ({ expect }) => {
    const answer = await raw(["GET /hop HTTP/1.1"]);
    expect(answer).not.toMatch(/x-private|keep-alive|timeout=9/i);
    const sent = await rawExchange(
      edge.port,
      "GET /echo HTTP/1.1\r\nHost: test.example\r\nConnection: close, x-secret\r\nX-Secret: 1\r\nTE: gzip\r\nKeep-Alive: 1\r\nProxy-Connection: x\r\n\r\n",
    );
    expect(sent).not.toMatch(/x-secret|keep-alive"|proxy-connection|"te"/);
  });

  it("cookies that are set stay apart", async ({ expect }) => {
    expect((await get("/cookies")).headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  });

  it("a compressed body passes byte for byte", async ({ expect }) => {
    const answer = await raw(["GET /zipped HTTP/1.1", "Accept-Encoding: gzip"]);
    expect(answer).toMatch(/content-encoding: gzip/i);
    expect(answer.split("\r\n\r\n")[1]).toBe(ZIPPED.toString("latin1"));
  });

  it("answers without a body keep their headers and have none", async ({ expect }) => {
    expect((await get("/empty")).status).toBe(204);
    const head = await raw(["HEAD /head HTTP/1.1"]);
    expect(head).toMatch(/content-length: 42/i);
    expect(head.split("\r\n\r\n")[1]).toBe("");
  });

  it("a WebSocket passes through in both directions", async ({ expect }) => {
    const socket = new WebSocket(`ws://127.0.0.1:${edge.port}/socket`);
    const echoed = await new Promise((resolve, reject) => {
      socket.onopen = () => socket.send("through the edge");
      socket.onmessage = ({ data }) => resolve(data);
      socket.onerror = reject;
    });
    socket.close();
    expect(echoed).toBe("through the edge");
  });

  it("an upstream that refuses is a 503 in Envoy's words", async ({ expect }) => {
    const response = await get("/nowhere");
    expect(response.status).toBe(503);
    expect(await response.text()).toMatch(
      /^upstream connect error or disconnect\/reset before headers\. reset reason: /,
    );
  });

  it("a GET with a body, which fetch cannot send, is refused and not stripped", async ({ expect }) => {
    const answer = await rawExchange(
      edge.port,
      "GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc",
    );
    expect(statusOf(answer)).toBe(502);
  });

  it("a service binding is asked under the host that the route writes", async ({ expect }) => {
    expect(await (await get("/bound")).text()).toBe("bound");
    expect(bound.requests.map(({ headers }) => headers.host)).toEqual(["inside.example"]);
  });

  it("a binding that does not exist is a 503", async ({ expect }) => {
    expect((await get("/unbound")).status).toBe(503);
  });

  it("header values that are not ASCII arrive as they were sent", async ({ expect }) => {
    const value = Buffer.from("caf\u00e9", "utf8").toString("latin1");
    const answer = await raw(["GET /echo HTTP/1.1", `X-Name: ${value}`]);
    expect(answer).toContain(Buffer.from(JSON.stringify({ "x-name": value }).slice(1, -1), "utf8").toString("latin1"));
  });

  it("the admin interface shows itself only to who brings the secret", async ({ expect }) => {
    const admin = (authorization: string): Promise<Response> =>
      get("/.nuncio/admin/stats", { headers: { authorization } });
    expect((await admin("Bearer wrong")).status).toBe(404);
    const stats = await (await admin(`Bearer ${SECRET}`)).text();
    expect(stats).toMatch(/^http\.edge\.downstream_rq_total: \d+$/m);
    expect(stats).toMatch(/^cluster\.refused\.upstream_rq_503: 1$/m);
  });
});

describe("HTTP through the edge without admin and upgrades", () => {
  let edge: EdgeFixture;

  beforeAll(async () => {
    const policy = {
      "@type": "type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy",
      allow_origin_string_match: [{ exact: "https://app.example" }],
      allow_methods: "GET,PUT",
    };
    const route = { match: { prefix: "/" }, route: { cluster: "app" }, typed_per_filter_config: { cors: policy } };
    const mutation = {
      append_action: "OVERWRITE_IF_EXISTS_OR_ADD",
      header: { key: "x-seen", value: "%REQ(:METHOD)%" },
    };
    const mutations = { response_mutations: [{ append: mutation }] };
    edge = await EdgeFixture.start({
      backend,
      routes: [route],
      filters: [
        httpFilter("cors", "cors.v3.Cors"),
        httpFilter("mutation", "header_mutation.v3.HeaderMutation", { mutations }),
      ],
    });
  });

  afterAll(() => edge?.stop());

  it("there is no admin interface without a secret", async ({ expect }) => {
    const response = await fetch(edge.url("/.nuncio/admin/stats"), { headers: { authorization: "Bearer " } });
    expect(await response.text()).toContain('"host"');
  });

  it("an upgrade that is not configured is refused with 403", async ({ expect }) => {
    const handshake =
      "Upgrade: websocket\r\nConnection: Upgrade, close\r\nSec-WebSocket-Key: a\r\nSec-WebSocket-Version: 13";
    const answer = await rawExchange(edge.port, `GET / HTTP/1.1\r\nHost: a\r\n${handshake}\r\n\r\n`);
    expect(statusOf(answer)).toBe(403);
  });

  it("a preflight is answered at the edge, and a request gets its origin back", async ({ expect }) => {
    const origin = { origin: "https://app.example" };
    const asked = { ...origin, "access-control-request-method": "PUT" };
    const preflight = await fetch(edge.url("/"), { method: "OPTIONS", headers: asked });
    expect([preflight.status, preflight.headers.get("access-control-allow-methods")]).toEqual([200, "GET,PUT"]);
    const simple = await fetch(edge.url("/"), { headers: origin });
    expect(simple.headers.get("access-control-allow-origin")).toBe("https://app.example");
    expect(simple.headers.get("x-seen")).toBe("GET");
  });
});
