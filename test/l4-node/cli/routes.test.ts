import { fileURLToPath } from "node:url";
import { afterEach, describe, it, vi } from "vitest";
import { runRoutes } from "../../../l4-node/cli/routes.ts";
import { writeConfig } from "../../support/sample-config.ts";

const COURSE = fileURLToPath(new URL("../../conformance/course/", import.meta.url));
const ROUTES = `virtual_hosts:
- name: all
  domains: ["*"]
  routes:
  - { name: first, match: { prefix: /a }, route: { cluster: a } }
  - { match: { prefix: / }, route: { cluster: rest } }
`;

/** Runs the command and gives its exit code and what it printed, without the place of temporary files. */
async function run(...args: readonly string[]): Promise<{ code: number; lines: readonly string[] }> {
  const lines: string[] = [];
  const keep = (line: unknown): void => void lines.push(String(line).replaceAll(/\S*\/nuncio-config-[^/]*\//g, ""));
  vi.spyOn(console, "log").mockImplementation(keep);
  vi.spyOn(console, "error").mockImplementation(keep);
  const code = await runRoutes(args);
  return { code, lines };
}

function test(name: string, path: string, cluster: string): object {
  return { test_name: name, input: { authority: "h", path, method: "GET" }, validate: { cluster_name: cluster } };
}

async function runWith(tests: readonly object[], ...more: readonly string[]): ReturnType<typeof run> {
  const config = await writeConfig("routes.yaml", ROUTES);
  const file = await writeConfig("tests.json", JSON.stringify({ tests }));
  return run("-c", config, "--test", file, ...more);
}

describe("runRoutes", () => {
  afterEach(() => vi.restoreAllMocks());

  it("passes when every test does", async ({ expect }) => {
    const { code, lines } = await runWith([test("a", "/a", "a"), test("b", "/b", "rest")]);
    expect([code, lines]).toEqual([0, ["2 passed, 0 failed"]]);
  });

  it("prints one line per failure, and fails", async ({ expect }) => {
    const { code, lines } = await runWith([test("wrong", "/b", "a"), test("right", "/a", "a")]);
    expect([code, lines]).toEqual([1, ['wrong: cluster_name: expected "a", got "rest"', "1 passed, 1 failed"]]);
  });

  it("says with --coverage which routes no test reached, and where they stand", async ({ expect }) => {
    const { code, lines } = await runWith([test("b", "/b", "rest")], "--coverage");
    expect([code, lines]).toEqual([
      0,
      [
        "untested: routes.yaml:5 virtual_hosts[0].routes[0] (virtual host all, route first)",
        "route coverage: 50.0% (1 of 2)",
        "1 passed, 0 failed",
      ],
    ]);
  });

  it("fails with --fail-under when fewer routes were reached", async ({ expect }) => {
    const { code, lines } = await runWith([test("b", "/b", "rest")], "--fail-under", "60");
    expect([code, lines]).toEqual([1, ["route coverage is below 60%", "1 passed, 0 failed"]]);
  });

  it("refuses a field that the format does not have, by its place", async ({ expect }) => {
    const { code, lines } = await runWith([{ ...test("b", "/b", "rest"), validates: {} }]);
    expect(code).toBe(1);
    expect(lines[0]).toMatch(/^nuncio routes: tests\.json: tests\[0\]: unknown field validates; known are /);
  });

  it("says which file it could not read, and how it is used", async ({ expect }) => {
    expect((await run("-c", "none.yaml", "--test", "none")).lines[0]).toMatch(/cannot read the configuration/);
    expect((await run("-c", `${COURSE}canary.yaml`, "--test", "none")).lines[0]).toMatch(/nuncio routes: none: ENOENT/);
    expect((await run("-c", "x")).lines[0]).toMatch(/^usage: nuncio routes/);
  });

  it("wants to be told which of several route configurations to test", async ({ expect }) => {
    const manager = (name: string): object => ({
      name: "http",
      typed_config: {
        "@type":
          "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        stat_prefix: name,
        route_config: { name, virtual_hosts: [] },
        http_filters: [],
      },
    });
    const listener = (name: string): object => ({
      name,
      address: { pipe: { path: `/tmp/${name}` } },
      filter_chains: [{ filters: [manager(name)] }],
    });
    const bootstrap = { static_resources: { listeners: [listener("one"), listener("two")] } };
    const config = await writeConfig("two.json", JSON.stringify(bootstrap));
    const tests = await writeConfig("tests.json", JSON.stringify({ tests: [test("none", "/", "")] }));
    expect(await run("-c", config, "--test", tests)).toEqual({
      code: 1,
      lines: ["nuncio routes: choose one of the route configurations with --route-config: one, two"],
    });
    vi.restoreAllMocks();
    expect((await run("-c", config, "--test", tests, "--route-config", "two")).code).toBe(0);
  });

  it.for(["path-routing", "balanced-cluster", "block-admin", "canary"])(
    "passes the tests of the course's %s.yaml, and they reach every route",
    async (name, { expect }) => {
      const args = ["-c", `${COURSE}${name}.yaml`, "--test", `${COURSE}${name}.tests.yaml`, "--fail-under", "100"];
      const { code, lines } = await run(...args);
      expect([code, lines.at(-1)]).toEqual([0, expect.stringMatching(/^[1-9]\d* passed, 0 failed$/)]);
    },
  );

  it("passes the tests of the sticky canary, whose picks are those of docs/canary.md", async ({ expect }) => {
    const config = fileURLToPath(new URL("../../../config/canary-sticky.yaml", import.meta.url));
    const tests = fileURLToPath(new URL("../../conformance/canary-sticky.tests.yaml", import.meta.url));
    expect((await run("-c", config, "--test", tests, "--fail-under", "100")).lines).toEqual(["6 passed, 0 failed"]);
  });
});
