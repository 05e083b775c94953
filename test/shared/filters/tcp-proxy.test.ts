import { describe, it } from "vitest";
import { DiagnosticCollector } from "../../../shared/diagnostics/collector.ts";
import { ConfigPath } from "../../../shared/diagnostics/config-path.ts";
import { renderDiagnostic } from "../../../shared/diagnostics/render.ts";
import { type CompiledTcpProxy, compileTcpProxy } from "../../../shared/filters/network/tcp-proxy/compile-tcp-proxy.ts";
import { pickTcpUpstream, type TcpUpstreamPick } from "../../../shared/filters/network/tcp-proxy/tcp-upstream-pick.ts";
import type { TcpProxy } from "../../../shared/schema/envoy-types.ts";
import { createLocalStats } from "../../../shared/stats/local-stats.ts";
import { Cluster } from "../../../shared/upstream/cluster.ts";
import { FakeClock, SeededRandom } from "../../support/fakes.ts";
import { clusterConfig, compiledCluster, endpointAt } from "../../support/sample-cluster.ts";

interface Compiled {
  readonly compiled: CompiledTcpProxy | undefined;
  readonly problems: readonly string[];
}

function compile(config: TcpProxy): Compiled {
  const diagnostics = new DiagnosticCollector();
  const compiled = compileTcpProxy(config, ConfigPath.root.field("typedConfig"), diagnostics);
  return { compiled, problems: diagnostics.diagnostics.map(renderDiagnostic) };
}

function compiledProxy(config: TcpProxy): CompiledTcpProxy {
  const { compiled, problems } = compile(config);
  if (compiled === undefined) throw new Error(problems.join("\n"));
  return compiled;
}

function createCluster(name: string, addresses: readonly string[], random: SeededRandom): Cluster {
  const info = compiledCluster(
    clusterConfig(
      name,
      addresses.map((address) => endpointAt(address)),
    ),
  );
  return new Cluster({ info, names: "resolve", random, clock: new FakeClock(), stats: createLocalStats().store });
}

function addressOf(pick: TcpUpstreamPick): string[] {
  return pick.kind === "host" ? [pick.host.address] : [];
}

describe("compileTcpProxy", () => {
  it("fills in Envoy's defaults", ({ expect }) => {
    const { pickCluster, ...rest } = compiledProxy({ statPrefix: "tcp", cluster: "a" });
    expect(rest).toEqual({
      statPrefix: "tcp",
      clusterNames: ["a"],
      idleTimeoutMs: 3_600_000,
      maxConnectAttempts: 1,
      backoff: undefined,
      maxDurationMs: 0,
      maxDurationJitter: 0,
    });
    expect(pickCluster(new SeededRandom())).toBe("a");
  });

  it("reads what is set", ({ expect }) => {
    expect(
      compiledProxy({
        statPrefix: "tcp",
        cluster: "a",
        idleTimeout: "0s",
        maxConnectAttempts: 3,
        backoffOptions: { baseInterval: "0.100s" },
        maxDownstreamConnectionDuration: "60s",
        maxDownstreamConnectionDurationJitterPercentage: { value: 50 },
      }),
    ).toMatchObject({
      idleTimeoutMs: 0,
      maxConnectAttempts: 3,
      backoff: { baseMs: 100, maxMs: 1000 },
      maxDurationMs: 60_000,
      maxDurationJitter: 0.5,
    });
  });

  it("gives each weighted cluster the values that its weight says, in order", ({ expect }) => {
    const { pickCluster, clusterNames } = compiledProxy({
      statPrefix: "tcp",
      weightedClusters: {
        clusters: [
          { name: "a", weight: 2 },
          { name: "b", weight: 1 },
        ],
      },
    });
    const random = new SeededRandom(1, [0, 1, 2, 3, 4, 5]);
    expect([0, 1, 2, 3, 4, 5].map(() => pickCluster(random))).toEqual(["a", "a", "b", "a", "a", "b"]);
    expect(clusterNames).toEqual(["a", "b"]);
  });

  const heavy = { name: "a", weight: 4294967295 };
  const refused: readonly (readonly [what: string, config: TcpProxy, problem: string])[] = [
    [
      "a proxy to nowhere",
      { statPrefix: "tcp" },
      "typed_config: expected one of cluster, weighted_clusters [config.oneof]",
    ],
    [
      "weights that no random value reaches",
      { statPrefix: "tcp", weightedClusters: { clusters: [heavy, heavy] } },
      "typed_config.weighted_clusters: the weights add up to 8589934590, which is more than 4294967295 [tcp_proxy.total_weight]",
    ],
    [
      "a back-off whose maximum is below its base",
      { statPrefix: "tcp", cluster: "a", backoffOptions: { baseInterval: "5s", maxInterval: "1s" } },
      "typed_config.backoff_options: max_interval must be greater than or equal to the base_interval [tcp_proxy.backoff]",
    ],
  ];
  it.for(refused)("refuses %s", ([, config, problem], { expect }) => {
    expect(compile(config)).toEqual({ compiled: undefined, problems: [problem] });
  });
});

describe("pickTcpUpstream", () => {
  it("draws the cluster anew for every attempt, and the host after it", ({ expect }) => {
    const random = new SeededRandom(7);
    const clusters = new Map([
      ["a", createCluster("a", ["10.0.0.1:1"], random)],
      ["b", createCluster("b", ["10.0.0.2:1"], random)],
    ]);
    const { pickCluster } = compiledProxy({
      statPrefix: "tcp",
      weightedClusters: {
        clusters: [
          { name: "a", weight: 80 },
          { name: "b", weight: 20 },
        ],
      },
    });
    const attempts = Array.from({ length: 10_000 }, () => pickTcpUpstream({ pickCluster, clusters, random }));
    const hosts = attempts.flatMap(addressOf);
    const toB = hosts.filter((address) => address === "10.0.0.2:1").length;
    expect(hosts).toHaveLength(10_000);
    // Five standard deviations of a binomial distribution.
    expect(Math.abs(toB - 2000)).toBeLessThan(200);
  });

  it("says why there is nowhere to go", ({ expect }) => {
    const random = new SeededRandom();
    const empty = createCluster("empty", [], random);
    const clusters = new Map([["empty", empty]]);
    const pick = (name: string): unknown => pickTcpUpstream({ pickCluster: () => name, clusters, random });
    expect(pick("gone")).toEqual({ kind: "none", reason: "no_cluster" });
    expect(pick("empty")).toEqual({ kind: "none", reason: "no_healthy_host", cluster: empty });
    expect(empty.stats.cxNoneHealthy.value).toBe(1);
  });
});
