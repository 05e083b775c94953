import { describe, it } from "vitest";
import type { VirtualCluster } from "../../../shared/schema/envoy-types.ts";
import { forwardOf, problemsOf, requestFor, tableOf } from "./route-table-harness.ts";

const config = (virtualClusters: readonly VirtualCluster[]) => ({
  virtualHosts: [
    {
      name: "v",
      domains: ["*"],
      virtualClusters,
      routes: [{ match: { prefix: "/" }, route: { cluster: "a" } }],
    },
  ],
});

const path = (prefix: string) => ({ name: ":path", stringMatch: { prefix } });
const post = { name: ":method", stringMatch: { exact: "POST" } };

describe("compileVirtualClusters", () => {
  it("names the first entry of which all headers match, else other", ({ expect }) => {
    const table = tableOf(
      config([
        { name: "writes", headers: [path("/users"), post] },
        { name: "users", headers: [path("/users")] },
        { name: "late", headers: [post] },
      ]),
    );
    const nameFor = (target: string, method: string): string | undefined => {
      const request = requestFor(target, { ":method": method });
      return forwardOf(table.match(request, { random: 0n })).virtualCluster(request);
    };
    expect([nameFor("/users/1", "POST"), nameFor("/users/1", "GET"), nameFor("/x", "GET")]).toEqual([
      "writes",
      "users",
      "other",
    ]);
  });

  it("names none where the virtual host has none", ({ expect }) => {
    const request = requestFor("/");
    expect(forwardOf(tableOf(config([])).match(request, { random: 0n })).virtualCluster(request)).toBe(undefined);
  });

  it("reports a header matcher that cannot be read", ({ expect }) => {
    const headers = [{ name: "x", stringMatch: { safeRegex: { regex: "(" } } }];
    expect(problemsOf(config([{ name: "c", headers }]))).toEqual([
      expect.stringContaining("virtual_hosts[0].virtual_clusters[0].headers[0].string_match"),
    ]);
  });
});
