import { describe, it } from "vitest";
import type { Cluster as ClusterConfig, ClusterCustomClusterType } from "../../../shared/schema/envoy-types.ts";
import { clusterConfig, compiledCluster, compileSample, endpointAt } from "../../support/sample-cluster.ts";

function withType(clusterType: ClusterCustomClusterType, more: Partial<ClusterConfig> = {}): ClusterConfig {
  return clusterConfig("c", [endpointAt("a.example:80")], { clusterType, ...more });
}

describe("compileDiscovery", () => {
  it("a type may be written as the name of its factory", ({ expect }) => {
    const names = { "envoy.cluster.strict_dns": "STRICT_DNS", "envoy.cluster.logical_dns": "LOGICAL_DNS" };
    for (const [name, discovery] of Object.entries(names)) {
      expect(compiledCluster(withType({ name }, { dnsRefreshRate: "7s" }))).toMatchObject({
        discovery,
        dns: { refreshMs: 7000 },
      });
    }
  });

  it("envoy.clusters.dns is strict, or logical where all addresses are one endpoint", ({ expect }) => {
    const typed = {
      "@type": "type.googleapis.com/envoy.extensions.clusters.dns.v3.DnsCluster",
      dnsRefreshRate: "9s",
      dnsFailureRefreshRate: { baseInterval: "2s" },
      dnsLookupFamily: "ALL",
      respectDnsTtl: true,
    };
    expect(compiledCluster(withType({ name: "envoy.clusters.dns", typedConfig: typed }))).toMatchObject({
      discovery: "STRICT_DNS",
      dns: { refreshMs: 9000, family: "ALL", respectTtl: true, failureBackoff: { baseMs: 2000, maxMs: 20_000 } },
    });
    const logical = { ...typed, allAddressesInSingleEndpoint: true, dnsLookupFamily: "UNSPECIFIED" };
    expect(compiledCluster(withType({ name: "dns", typedConfig: logical }))).toMatchObject({
      discovery: "LOGICAL_DNS",
      dns: { family: "AUTO" },
    });
  });

  it("says of a problem where in the extension it stands", ({ expect }) => {
    const typedConfig = {
      "@type": "type.googleapis.com/envoy.extensions.clusters.dns.v3.DnsCluster",
      dnsFailureRefreshRate: { baseInterval: "2s", maxInterval: "1s" },
    };
    expect(compileSample(withType({ name: "envoy.clusters.dns", typedConfig })).problems).toEqual([
      "clusters[0].cluster_type.typed_config.dns_failure_refresh_rate: dns_failure_refresh_rate must have max_interval greater than or equal to the base_interval [cluster.dns_failure_refresh_rate]",
    ]);
  });

  it.for([
    [{ type: "EDS" }, "clusters[0].type: cluster type EDS: endpoints from a control plane are not implemented"],
    [
      { type: "ORIGINAL_DST" },
      "clusters[0].type: cluster type ORIGINAL_DST: a Worker is not told where a connection was meant to go",
    ],
    [
      { clusterType: { name: "envoy.cluster.eds" } },
      "clusters[0].cluster_type: cluster type EDS: endpoints from a control plane are not implemented",
    ],
    [
      { clusterType: { name: "envoy.clusters.static" } },
      'clusters[0].cluster_type: cluster type "envoy.clusters.static" is not implemented',
    ],
  ] as const)("refuses what has no hosts here: %j", ([config, problem], { expect }) => {
    expect(compileSample({ name: "c", ...config }, "edge").problems).toEqual([`${problem} [config.unsupported]`]);
  });
});

describe("compileHttpOptions", () => {
  const KEY = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
  const OPTIONS = { "@type": `type.googleapis.com/${KEY}`, commonHttpProtocolOptions: { maxStreamDuration: "3s" } };
  const REFUSED = "clusters[0]: max_stream_duration of a cluster is not implemented, got 3000 ms [config.unsupported]";

  it("reads the options under Envoy's key, and finds none under another", ({ expect }) => {
    const problems = (key: string): readonly string[] =>
      compileSample({ name: "c", typedExtensionProtocolOptions: { [key]: OPTIONS } }).problems;
    expect(problems(KEY)).toEqual([REFUSED]);
    expect(problems("http")).toEqual([]);
  });

  it("reads the deprecated field where there are none; zero is no limit", ({ expect }) => {
    const problems = (maxStreamDuration: string): readonly string[] =>
      compileSample({ name: "c", commonHttpProtocolOptions: { maxStreamDuration } }).problems;
    expect(problems("3s")).toEqual([REFUSED]);
    expect(problems("0s")).toEqual([]);
  });
});
