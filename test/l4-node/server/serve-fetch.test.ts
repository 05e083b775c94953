import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, it } from "vitest";
import { type FetchHandler, serveFetch } from "../../../l4-node/server/serve-fetch.ts";
import { rawExchange, rawGet, statusOf } from "../../support/raw-http.ts";

describe("serveFetch", () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.close();
    server?.closeAllConnections();
  });

  async function serve(handler: FetchHandler): Promise<number> {
    server = serveFetch(handler);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  }

  it("a request comes with its method, path, query and headers", async ({ expect }) => {
    const port = await serve(async ({ method, url, headers }) => {
      const { pathname, search } = new URL(url);
      return new Response(`${method} ${pathname}${search} ${headers.get("x-a")}`, {
        status: 202,
        headers: { "x-b": "2" },
      });
    });
    const response = await fetch(`http://127.0.0.1:${port}/stats?filter=a%20b`, {
      method: "POST",
      headers: { "x-a": "1" },
    });
    expect(response.status).toBe(202);
    expect(response.headers.get("x-b")).toBe("2");
    expect(await response.text()).toBe("POST /stats?filter=a%20b 1");
  });

  it("a path that looks like a host stays a path", async ({ expect }) => {
    const port = await serve(async ({ url }) => new Response(new URL(url).pathname));
    expect(await rawGet(port, "//elsewhere/ready")).toContain("//elsewhere/ready");
  });

  it("a handler that fails answers 400 and the server lives on", async ({ expect }) => {
    const answers = [() => Promise.reject(new Error("inside")), async () => new Response("fine")];
    const port = await serve(async () => answers.shift()?.() as Promise<Response>);
    expect(statusOf(await rawGet(port, "/bad"))).toBe(400);
    expect(statusOf(await rawGet(port, "/good"))).toBe(200);
  });

  it("a request body of more than 64 KiB is refused", async ({ expect }) => {
    const port = await serve(async () => new Response("fine"));
    const body = "x".repeat(65_537);
    const head = `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`;
    expect(statusOf(await rawExchange(port, head + body))).toBe(413);
    expect(statusOf(await rawExchange(port, head.replace("65537", "65536") + body.slice(1)))).toBe(200);
  });
});
