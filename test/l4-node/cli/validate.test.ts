import { afterEach, describe, it, vi } from "vitest";
import { runValidate } from "../../../l4-node/cli/validate.ts";
import { clusterOf, loopback } from "../../support/edge-fixture.ts";
import { writeConfig } from "../../support/sample-config.ts";

const MANAGER = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
const ROUTER = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router";

/** A bootstrap with one route, split by a header. */
function stickySplit(clusters: readonly object[]): string {
  const route = { match: { prefix: "/" }, route: { weighted_clusters: { header_name: "x-bucket", clusters } } };
  const manager = {
    "@type": MANAGER,
    stat_prefix: "http",
    use_remote_address: true,
    route_config: { name: "routes", virtual_hosts: [{ name: "all", domains: ["*"], routes: [route] }] },
    http_filters: [{ name: "router", typed_config: { "@type": ROUTER } }],
  };
  const chains = [{ filters: [{ name: "http", typed_config: manager }] }];
  return JSON.stringify({
    static_resources: {
      listeners: [{ name: "http", address: loopback(80), filter_chains: chains }],
      clusters: ["old", "new"].map((name) => clusterOf(name, loopback(1))),
    },
  });
}

describe("runValidate", () => {
  afterEach(() => vi.restoreAllMocks());

  it("warns with --previous of a split that would move users back", async ({ expect }) => {
    const lines: string[] = [];
    vi.spyOn(console, "error").mockImplementation((line) => void lines.push(String(line)));
    vi.spyOn(console, "log").mockImplementation(() => undefined);
    const before = [
      { name: "new", weight: 20 },
      { name: "old", weight: 80 },
    ];
    const previous = await writeConfig("old.json", stickySplit(before));
    const file = await writeConfig("new.json", stickySplit(before.toReversed()));
    const code = await runValidate(["-c", file, "--target", "edge", "--previous", previous]);
    expect([code, lines.filter((line) => line.includes("[lint.split_moves_users]"))]).toEqual([
      0,
      [expect.stringMatching(/new\.json:1:\d+ warning: .*: 20% from new to old, 20% from old to new \[/)],
    ]);
    expect(await runValidate(["-c", previous, "--target", "edge", "--previous", "none.json"])).toBe(1);
  });
});
