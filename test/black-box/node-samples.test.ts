import { afterAll, beforeAll, describe, it } from "vitest";
import { NuncioProcess } from "../support/nuncio-process.ts";
import { RecordingBackend } from "../support/recording-backend.ts";
import { sampleWithPorts } from "../support/sample-config.ts";

/** Four backends, and the TCP sample of config/ in front of them on Node. */
describe("samples on Node", () => {
  let backends: RecordingBackend[] = [];
  let nuncio: NuncioProcess;

  beforeAll(async () => {
    backends = await Promise.all(["app1", "app2", "app3", "app4"].map((name) => RecordingBackend.start(name)));
    const config = await sampleWithPorts(
      "l4-tcp.yaml",
      backends.map(({ port }) => port),
    );
    nuncio = await NuncioProcess.start(["-c", config, "--concurrency", "2", "--drain-time-s", "0"]);
  });

  afterAll(async () => {
    await nuncio?.stop();
    await Promise.all(backends.map((backend) => backend.stop()));
  });

  const portOf = (name: string): number =>
    Number(new RegExp(`${name}(?: on)? 127\\.0\\.0\\.1:(\\d+)`).exec(nuncio.readyLine)?.[1]);

  /** One connection for each request, so that each is balanced anew. */
  async function answers(port: number, count: number): Promise<string[]> {
    const texts: string[] = [];
    for (let asked = 0; asked < count; asked += 1) {
      const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: "close" } });
      texts.push(await response.text());
    }
    return texts;
  }

  it("l4-tcp.yaml forwards to all four endpoints, and to both sides of the split", async ({ expect }) => {
    expect(new Set(await answers(portOf("listener tcp"), 32))).toEqual(new Set(["app1", "app2", "app3", "app4"]));
    const split = await answers(portOf("listener tcp_split"), 150);
    const canaries = split.filter((name) => name === "app2").length;
    // Binomial(150, 0.2): outside [5, 70] less than once in 10^7 runs.
    expect(canaries).toBeGreaterThan(5);
    expect(canaries).toBeLessThan(70);
    expect(split.filter((name) => name === "app1").length).toBe(150 - canaries);
  });

  it("l4-tcp.yaml counts what it forwarded, through the admin interface", async ({ expect }) => {
    const admin = `http://127.0.0.1:${portOf("admin")}`;
    const stats = await (await fetch(`${admin}/stats?filter=downstream_cx_total`)).text();
    expect(stats).toMatch(/^tcp\.tcp\.downstream_cx_total: 32$/m);
    expect(stats).toMatch(/^tcp\.tcp_split\.downstream_cx_total: 150$/m);
    expect(await (await fetch(`${admin}/ready`)).text()).toBe("LIVE\n");
    const clusters = await (await fetch(`${admin}/clusters`)).text();
    const perHost = [...clusters.matchAll(/^all_apps::127\.0\.0\.1:\d+::cx_total::(\d+)$/gm)].map(([, count]) =>
      Number(count),
    );
    expect(perHost).toHaveLength(4);
    expect(perHost.reduce((sum, count) => sum + count, 0)).toBe(32);
  });
});
