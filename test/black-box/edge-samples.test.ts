import { afterAll, beforeAll, describe, it } from "vitest";
import { NuncioProcess } from "../support/nuncio-process.ts";
import { RecordingBackend } from "../support/recording-backend.ts";
import { sampleWithPorts } from "../support/sample-config.ts";

/** Four backends, and the samples of config/ in front of them at the edge. */
describe("samples at the edge", () => {
  let backends: RecordingBackend[] = [];
  const running: NuncioProcess[] = [];

  beforeAll(async () => {
    backends = await Promise.all(["app1", "app2", "app3", "app4"].map((name) => RecordingBackend.start(name)));
  });

  afterAll(async () => {
    await Promise.all(running.map((nuncio) => nuncio.stop()));
    await Promise.all(backends.map((backend) => backend.stop()));
  });

  /** Starts a sample and gives a function that asks it for a path. */
  async function start(sample: string): Promise<(path: string) => Promise<Response>> {
    const ports = backends.map(({ port }) => port);
    const nuncio = await NuncioProcess.start(["edge", "-c", await sampleWithPorts(sample, ports), "--port", "0"]);
    running.push(nuncio);
    return (path) => fetch(`http://127.0.0.1:${nuncio.port}${path}`, { redirect: "manual" });
  }

  async function answers(get: (path: string) => Promise<Response>, paths: readonly string[]): Promise<string[]> {
    const texts: string[] = [];
    for (const path of paths) texts.push(await (await get(path)).text());
    return texts;
  }

  it("l7-path-routing.yaml routes each prefix to its backend, and what has none to a 404", async ({ expect }) => {
    const get = await start("l7-path-routing.yaml");
    expect(await answers(get, ["/app1", "/app2/x", "/app3?q=1", "/app4", "/app10"])).toEqual([
      "app1",
      "app2",
      "app3",
      "app4",
      "app1",
    ]);
    expect((await get("/other")).status).toBe(404);
  });

  it("balanced-cluster.yaml takes the four endpoints in turn", async ({ expect }) => {
    const get = await start("balanced-cluster.yaml");
    const seen = await answers(
      get,
      Array.from({ length: 8 }, () => "/"),
    );
    expect(seen.slice(4)).toEqual(seen.slice(0, 4));
    expect(new Set(seen).size).toBe(4);
  });

  it("canary-weighted.yaml sends requests to both clusters, more to the heavier", async ({ expect }) => {
    const get = await start("canary-weighted.yaml");
    const seen = await answers(
      get,
      Array.from({ length: 200 }, () => "/"),
    );
    const canaries = seen.filter((name) => name === "app2").length;
    // Binomial(200, 0.2): outside [10, 80] less than once in 10^9 runs.
    expect(canaries).toBeGreaterThan(10);
    expect(canaries).toBeLessThan(80);
    expect(seen.filter((name) => name === "app1").length).toBe(200 - canaries);
  });

  it("block-admin.yaml answers 403 Forbidden for everything under /admin", async ({ expect }) => {
    const get = await start("block-admin.yaml");
    const refused = await get("/admin");
    expect([refused.status, refused.headers.get("content-type"), await refused.text()]).toEqual([
      403,
      "text/plain",
      "Forbidden",
    ]);
    expect((await get("/admin/x")).status).toBe(403);
    expect(await answers(get, ["/"])).toEqual(["app1"]);
  });

  it("rewrite.yaml rewrites paths, keeps queries and says what it changed", async ({ expect }) => {
    const get = await start("rewrite.yaml");
    await answers(get, ["/shop/cart?id=1", "/users/42/profile", "/plain"]);
    const [app1, app2] = backends;
    expect(app1?.requests.find(({ url }) => url === "/store/cart?id=1")?.headers["x-envoy-original-path"]).toBe(
      "/shop/cart?id=1",
    );
    expect(app2?.requests.some(({ url }) => url === "/people/42/profile")).toBe(true);
    // `fetch` cannot set Host, so what a host rewrite asks for travels beside it.
    expect(app1?.requests.find(({ url }) => url === "/plain")?.headers["x-forwarded-host"]).toBe("inside.example.com");
    const redirect = await get("/legacy?a=b");
    expect(redirect.status).toBe(302);
    expect(redirect.headers.get("location")).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/shop\?a=b$/);
  });
});
