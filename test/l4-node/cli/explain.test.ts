import { fileURLToPath } from "node:url";
import { afterEach, describe, it, vi } from "vitest";
import { runExplain } from "../../../l4-node/cli/explain.ts";
import { writeConfig } from "../../support/sample-config.ts";

const ROUTES = `virtual_hosts:
- name: all
  domains: ["*"]
  routes:
  - { name: admin, match: { prefix: /admin, headers: [{ name: x-role, string_match: { exact: root } }] }, route: { cluster: a } }
  - match: { prefix: / }
    route: { weighted_clusters: { clusters: [{ name: v1, weight: 9 }, { name: v2, weight: 1 }] } }
  - { match: { prefix: /never }, direct_response: { status: 404 } }
`;

/** Runs the command on the file above and gives its exit code and what it printed, without the temporary folder. */
async function run(...args: readonly string[]): Promise<{ code: number; text: string }> {
  const lines: string[] = [];
  const keep = (line: unknown): void =>
    void lines.push(String(line).replaceAll(/[^\s"(]*\/nuncio-config-[^/]*\//g, ""));
  vi.spyOn(console, "log").mockImplementation(keep);
  vi.spyOn(console, "error").mockImplementation(keep);
  const code = await runExplain(["-c", await writeConfig("routes.yaml", ROUTES), ...args]);
  return { code, text: lines.join("\n") };
}

describe("runExplain", () => {
  afterEach(() => vi.restoreAllMocks());

  it("prints every virtual host and route with its place, and the decision", async ({ expect }) => {
    const { code, text } = await run("-X", "POST", "-H", "X-Role: guest", "https://h.com/admin/x?q#f");
    expect(code).toBe(0);
    expect(text.split("\n")).toEqual([
      "POST https://h.com/admin/x?q",
      "virtual host all (routes.yaml:2): chosen by its domain *",
      '  routes.yaml:5 route admin: no, headers[0] expects {"name":"x-role","stringMatch":{"exact":"root"}}, the request has "guest"',
      "  routes.yaml:6 route: matched",
      "  1 route after it not reached",
      "  2 candidates examined by the compiled table",
      "  split by random value, here 0: v1 90%, v2 10%",
      "=> cluster v1, h.com/admin/x?q, timeout 15000 ms",
    ]);
  });

  it("lets the split be decided", async ({ expect }) => {
    const { text } = await run("--random-value", "9", "http://h.com");
    expect(text).toContain("=> cluster v2, h.com/, timeout 15000 ms");
  });

  it("prints the same as JSON", async ({ expect }) => {
    const { code, text } = await run("--json", "-H", "x-role:root", "http://h.com/admin");
    expect(code).toBe(0);
    expect(JSON.parse(text)).toMatchObject({
      virtualHosts: [{ name: "all", domain: "*", chosen: true, place: "routes.yaml:2" }],
      routes: [{ name: "admin", path: "virtual_hosts[0].routes[0]", place: "routes.yaml:5", matched: true }],
      notReached: 2,
      decision: { kind: "forward", cluster: "a", timeoutMs: 15_000 },
    });
  });

  it.for([
    [["h.com/x"], "expected a URL"],
    [["-H", "no colon", "http://h.com"], "expected a header"],
    [["--random-value", "x", "http://h.com"], "--random-value: expected a whole number"],
    [[], "expected -c FILE and one URL"],
  ] as const)("refuses %j", async ([args, message], { expect }) => {
    const { code, text } = await run(...args);
    expect(code).toBe(1);
    expect(text).toContain(`nuncio explain: ${message}`);
    expect(text).toContain("usage: nuncio explain");
  });

  it("does to a request what the connection manager around the routes does", async ({ expect }) => {
    const config = fileURLToPath(new URL("../../../config/block-admin.yaml", import.meta.url));
    const explain = async (url: string): Promise<readonly string[]> => {
      const lines: string[] = [];
      vi.spyOn(console, "log").mockImplementation((line) => void lines.push(String(line)));
      await runExplain(["-c", config, url]);
      return lines.join("\n").split("\n");
    };
    const normalised = await explain("http://h.com/x/%2e%2e/admin");
    expect([normalised[0], normalised.at(-1)]).toEqual([
      "GET http://h.com/admin (sent as http://h.com/x/%2e%2e/admin)",
      "=> 403 by direct_response, 9 bytes",
    ]);
    vi.restoreAllMocks();
    expect(await explain("http://h.com/%00")).toEqual([
      "=> 400 by the connection manager before any route was asked: path_normalization_failed",
    ]);
  });
});
