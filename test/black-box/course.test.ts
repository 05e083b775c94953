import { afterAll, beforeAll, describe, it } from "vitest";
import { readFileSync } from "node:fs";
import { NuncioProcess } from "../support/nuncio-process.ts";
import { RecordingBackend } from "../support/recording-backend.ts";
import { sampleText, writeConfig } from "../support/sample-config.ts";

// The course's configurations, written as people write them: enum names in lower case, one object where a list is expected, a
// label instead of the extension's name.
const COURSE = new URL("../conformance/course/", import.meta.url);

describe("the course's configurations at the edge, unchanged but for addresses", () => {
  let backends: RecordingBackend[] = [];
  const running: NuncioProcess[] = [];

  beforeAll(async () => {
    backends = await Promise.all(["app1", "app2", "app3", "app4"].map((name) => RecordingBackend.start(name)));
  });

  afterAll(async () => {
    await Promise.all(running.map((nuncio) => nuncio.stop()));
    await Promise.all(backends.map((backend) => backend.stop()));
  });

  /** Starts one and asks it for paths, one after the other. */
  async function answers(name: string, paths: readonly string[]): Promise<string[]> {
    const text = sampleText(
      readFileSync(new URL(name, COURSE), "utf8"),
      backends.map(({ port }) => port),
    );
    const nuncio = await NuncioProcess.start(["edge", "-c", await writeConfig(name, text), "--port", "0"]);
    running.push(nuncio);
    const texts: string[] = [];
    for (const path of paths) {
      const response = await fetch(`http://127.0.0.1:${nuncio.port}${path}`);
      texts.push(`${response.status} ${await response.text()}`);
    }
    return texts;
  }

  it("path-routing.yaml sends each prefix to its backend", async ({ expect }) => {
    const paths = ["/app1", "/app2?x=1", "/app3/deep", "/app4", "/"];
    expect(await answers("path-routing.yaml", paths)).toEqual(["200 app1", "200 app2", "200 app3", "200 app4", "404 "]);
  });

  it("balanced-cluster.yaml takes the four backends in turn", async ({ expect }) => {
    const seen = await answers(
      "balanced-cluster.yaml",
      Array.from({ length: 4 }, () => "/"),
    );
    expect(seen.toSorted()).toEqual(["200 app1", "200 app2", "200 app3", "200 app4"]);
  });

  it("block-admin.yaml refuses /admin and lets everything else proceed", async ({ expect }) => {
    const seen = await answers("block-admin.yaml", ["/admin", "/admin/users", "/"]);
    expect(seen).toEqual(["403 Forbidden", "403 Forbidden", "200 app1"]);
  });

  it("canary.yaml splits between two backends", async ({ expect }) => {
    const seen = await answers(
      "canary.yaml",
      Array.from({ length: 100 }, () => "/"),
    );
    const canaries = seen.filter((answer) => answer === "200 app2").length;
    // Binomial(100, 0.2): outside [1, 60] less than once in 10^9 runs.
    expect(canaries).toBeGreaterThan(0);
    expect(canaries).toBeLessThan(60);
    expect(seen.filter((answer) => answer === "200 app1")).toHaveLength(100 - canaries);
  });
});
