import { describe, it } from "vitest";
import type { WeightedCluster } from "../../../shared/schema/envoy-types.ts";
import { forwardOf, newStreamInfo, oneHost, problemsOf, requestFor, tableOf } from "./route-table-harness.ts";

const route = (weightedClusters: WeightedCluster) => oneHost({ match: { prefix: "/" }, route: { weightedClusters } });
const entries = (...weights: readonly number[]) => weights.map((weight, at) => ({ name: `c${at}`, weight }));

function clusterOf(config: WeightedCluster, random: bigint, headers: Readonly<Record<string, string>> = {}): string {
  const request = requestFor("/", headers);
  return forwardOf(tableOf(route(config)).match(request, { random })).clusterName(request) ?? "none";
}

describe("compileWeightedClusters", () => {
  it.for([
    [0n, "c0"],
    [29n, "c0"],
    [30n, "c2"],
    [99n, "c2"],
    [100n, "c0"],
    [2n ** 64n - 1n, "c0"],
    [2n ** 64n - 2n ** 63n + 25n, "c2"],
  ] as const)("with weights 30, 0 and 70 sends the random value %s to %s", ([random, cluster], { expect }) => {
    expect(clusterOf({ clusters: entries(30, 0, 70) }, random)).toBe(cluster);
  });

  it("divides values exactly as the weights say", ({ expect }) => {
    const table = tableOf(route({ clusters: entries(1, 2, 7) }));
    const names = Array.from({ length: 1000 }, (_, random) =>
      forwardOf(table.match(requestFor("/"), { random: BigInt(random) })).clusterName(requestFor("/")),
    );
    const counts = ["c0", "c1", "c2"].map((wanted) => names.filter((name) => name === wanted).length);
    expect(counts).toEqual([100, 200, 700]);
  });

  it.for([
    ["0", "c0"],
    ["1", "c1"],
    ["100", "c0"],
    ["+100", "c0"],
    ["18446744073709551600", "c0"],
    ["18446744073709551616", "c1"],
    ["-1", "c1"],
    ["x", "c1"],
    ["1.0", "c1"],
    ["0x0", "c1"],
    ["", "c1"],
  ] as const)(
    "with header_name and the header %j picks %s, the random value being 5",
    ([value, cluster], { expect }) => {
      const config = { clusters: entries(1, 99), headerName: "X-W" };
      expect(clusterOf(config, 5n, { "x-w": value })).toBe(cluster);
    },
  );

  it("falls back to the random value where the header comes twice or not at all", ({ expect }) => {
    const table = tableOf(route({ clusters: entries(1, 99), headerName: "x-w" }));
    const twice = requestFor("/", { "x-w": "0" });
    twice.add("x-w", "0");
    const clusters = [twice, requestFor("/")].map((request) =>
      forwardOf(table.match(request, { random: 5n })).clusterName(request),
    );
    expect(clusters).toEqual(["c1", "c1"]);
  });

  it("takes the cluster's name from a header where an entry says so", ({ expect }) => {
    const config = { clusters: [{ clusterHeader: "X-C", weight: 1 }] };
    expect([clusterOf(config, 0n, { "x-c": "named" }), clusterOf(config, 0n)]).toEqual(["named", "none"]);
  });

  it.for([
    [entries(0, 0), "Sum of weights in the weighted_cluster must be greater than 0."],
    [entries(4_294_967_295, 1), "The sum of weights of all weighted clusters of route  exceeds 4294967295"],
  ] as const)("refuses %j", ([clusters, reason], { expect }) => {
    expect(problemsOf(route({ clusters }))).toEqual([`virtual_hosts[0].routes[0].route.weighted_clusters: ${reason}`]);
  });

  it("accepts the largest sum", ({ expect }) => {
    expect(clusterOf({ clusters: entries(4_294_967_294, 1) }, 4_294_967_294n)).toBe("c1");
  });

  it.for([
    [{ weight: 1 }, ": At least one of name or cluster_header need to be specified"],
    [{ name: "a", clusterHeader: "b", weight: 1 }, ": Only one of name or cluster_header can be specified"],
    [{ name: "gone", weight: 1 }, ".name: route: unknown weighted cluster 'gone'"],
  ] as const)("refuses the entry %j", ([entry, reason], { expect }) => {
    const problems = problemsOf(route({ clusters: [entry] }), { clusters: new Set(["a"]) });
    expect(problems).toEqual([`virtual_hosts[0].routes[0].route.weighted_clusters.clusters[0]${reason}`]);
  });

  it("lets the entry change headers and host before the route does", ({ expect }) => {
    const add = (value: string) => [{ header: { key: "x-who", value } }];
    const table = tableOf({
      virtualHosts: [
        {
          name: "v",
          domains: ["*"],
          routes: [
            {
              match: { prefix: "/" },
              requestHeadersToAdd: add("route for %REQ(:authority)%"),
              responseHeadersToAdd: add("route"),
              route: {
                appendXForwardedHost: true,
                hostRewriteLiteral: "route.com",
                weightedClusters: {
                  clusters: [
                    {
                      name: "a",
                      weight: 1,
                      hostRewriteLiteral: "entry.com",
                      requestHeadersToAdd: add("entry for %REQ(:authority)%"),
                      responseHeadersToAdd: add("entry"),
                    },
                  ],
                },
              },
            },
          ],
        },
      ],
    });
    const request = requestFor("/");
    const response = requestFor("/");
    const matched = forwardOf(table.match(request, { random: 0n }));
    matched.finalizeRequestHeaders(request, newStreamInfo());
    matched.finalizeResponseHeaders(response, request, newStreamInfo());
    expect(request.values("x-who")).toEqual(["entry for h.com", "route for entry.com"]);
    expect(response.values("x-who")).toEqual(["entry", "route"]);
    expect([":authority", "x-envoy-original-host", "x-forwarded-host"].map((name) => request.get(name))).toEqual([
      "route.com",
      "entry.com",
      "entry.com",
    ]);
  });
});

describe("compileWeightedClusters, use_hash_policy", () => {
  const byUser = (...weights: readonly number[]) => ({
    match: { prefix: "/" },
    route: {
      weightedClusters: { clusters: entries(...weights), useHashPolicy: true },
      hashPolicy: [{ header: { headerName: "x-user" } }],
    },
  });

  function clustersOf(users: readonly string[], ...weights: readonly number[]): (string | undefined)[] {
    const table = tableOf(oneHost(byUser(...weights)));
    return users.map((user) => {
      const request = requestFor("/", { "x-user": user });
      return forwardOf(table.match(request, { random: 0n })).clusterName(request);
    });
  }

  /** Users that the first cluster had and has no longer. */
  const leftFirst = (before: readonly unknown[], after: readonly unknown[]): number[] =>
    before.flatMap((name, user) => (name === "c0" && after[user] !== "c0" ? [user] : []));

  it("picks what Envoy picks for the same header", ({ expect }) => {
    const users = Array.from({ length: 12 }, (_, user) => String(user));
    // Observed with Envoy 1.39.
    const picks = [0, 0, 1, 1, 1, 1, 0, 1, 1, 1, 0, 0];
    expect(clustersOf(users, 50, 50)).toEqual(picks.map((at) => `c${at}`));
  });

  it("moves users only to the cluster that grows, where that is declared first", ({ expect }) => {
    const users = Array.from({ length: 500 }, (_, user) => `user-${user}`);
    let before = clustersOf(users, 0, 100);
    for (let weight = 1; weight <= 100; weight++) {
      const after = clustersOf(users, weight, 100 - weight);
      expect(leftFirst(before, after)).toEqual([]);
      before = after;
    }
    expect(new Set(before)).toEqual(new Set(["c0"]));
  });

  it("takes the random value where there is no hash", ({ expect }) => {
    const table = tableOf(oneHost(byUser(50, 50)));
    const clusters = [49n, 50n].map((random) =>
      forwardOf(table.match(requestFor("/"), { random })).clusterName(requestFor("/")),
    );
    expect(clusters).toEqual(["c0", "c1"]);
  });

  it("makes no cookie: a request without one is placed at random, as in Envoy", ({ expect }) => {
    const hashPolicy = [{ cookie: { name: "sid", ttl: "60s" } }];
    const table = tableOf(
      oneHost({
        match: { prefix: "/" },
        route: { weightedClusters: { clusters: entries(50, 50), useHashPolicy: true }, hashPolicy },
      }),
    );
    const clusters = [49n, 50n].map((random) =>
      forwardOf(table.match(requestFor("/"), { random, info: newStreamInfo() })).clusterName(requestFor("/")),
    );
    expect(clusters).toEqual(["c0", "c1"]);
  });
});

describe("compileWeightedClusters, metadata_match", () => {
  const lb = (values: Readonly<Record<string, string>>) => ({
    filterMetadata: { "envoy.lb": values, other: { z: "1" } },
  });

  it("puts an entry's values in the place of the route's", ({ expect }) => {
    const clusters = [
      { name: "a", weight: 1, metadataMatch: lb({ version: "2" }) },
      { name: "b", weight: 1 },
    ];
    const table = tableOf(
      oneHost({
        match: { prefix: "/" },
        route: { weightedClusters: { clusters }, metadataMatch: lb({ version: "1", stage: "prod" }) },
      }),
    );
    const subsets = [0n, 1n].map((random) => forwardOf(table.match(requestFor("/"), { random })).metadataMatch);
    expect(subsets).toEqual([
      { version: "2", stage: "prod" },
      { version: "1", stage: "prod" },
    ]);
  });

  it("is not there where neither says so", ({ expect }) => {
    const table = tableOf(route({ clusters: entries(1) }));
    expect(forwardOf(table.match(requestFor("/"), { random: 0n })).metadataMatch).toBe(undefined);
  });
});
