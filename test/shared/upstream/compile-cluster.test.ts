import { describe, it } from "vitest";
import { DiagnosticCollector } from "../../../shared/diagnostics/collector.ts";
import { ConfigPath } from "../../../shared/diagnostics/config-path.ts";
import { renderDiagnostic } from "../../../shared/diagnostics/render.ts";
import type { Cluster } from "../../../shared/schema/envoy-types.ts";
import { reportDuplicateClusters } from "../../../shared/upstream/compile-cluster.ts";
import { clusterConfig, compiledCluster, compileSample, endpointAt } from "../../support/sample-cluster.ts";

const NAMED = [endpointAt("a.example:80")];

describe("compileCluster", () => {
  it("fills in Envoy's defaults", ({ expect }) => {
    const compiled = compiledCluster(clusterConfig("c", [endpointAt("10.0.0.1:80")]));
    expect(compiled).toEqual({
      circuitBreakers: compiled.circuitBreakers,
      dropOverload: { part: 0, whole: 100 },
      outlierDetection: undefined,
      http: { maxStreamDurationMs: undefined, retryPolicy: undefined },
      name: "c",
      statName: "c",
      metadata: {},
      tls: false,
      discovery: "STATIC",
      connectTimeoutMs: 5000,
      bufferLimitBytes: 1048576,
      lb: {
        policy: { kind: "round robin", slowStart: undefined },
        overprovisioningPercent: 140,
        panicThresholdPercent: 50,
        failsOnPanic: false,
        isLocalityWeighted: false,
        subset: undefined,
        overrideStatuses: new Set(["UNKNOWN", "HEALTHY", "DEGRADED"]),
      },
      endpoints: [
        {
          address: { kind: "ip", host: "10.0.0.1", port: 80 },
          hostname: "",
          weight: 1,
          priority: 0,
          locality: { region: "", zone: "", subZone: "" },
          localityWeight: 0,
          edsStatus: "UNKNOWN",
          metadata: {},
        },
      ],
      dns: { family: "AUTO", refreshMs: 5000, failureBackoff: undefined, respectTtl: false, jitterMs: 0 },
      waitForWarmOnInit: true,
    });
  });

  it("reads what is set", ({ expect }) => {
    const compiled = compiledCluster({
      name: "c",
      altStatName: "other",
      type: "STRICT_DNS",
      connectTimeout: "0.250s",
      perConnectionBufferLimitBytes: 32768,
      lbPolicy: "RANDOM",
      dnsRefreshRate: "30s",
      dnsFailureRefreshRate: { baseInterval: "2s" },
      dnsJitter: "0.100s",
      dnsLookupFamily: "V4_ONLY",
      respectDnsTtl: true,
      waitForWarmOnInit: false,
      commonLbConfig: { healthyPanicThreshold: { value: 20.9 } },
      loadAssignment: {
        clusterName: "c",
        policy: { overprovisioningFactor: 200 },
        endpoints: [
          {
            priority: 1,
            locality: { region: "r", zone: "z" },
            lbEndpoints: [
              endpointAt("a.example:80", {
                loadBalancingWeight: 7,
                healthStatus: "DRAINING",
                metadata: { filterMetadata: { "envoy.lb": { canary: true } } },
              }),
            ],
          },
        ],
      },
    });
    expect(compiled).toMatchObject({
      statName: "other",
      discovery: "STRICT_DNS",
      connectTimeoutMs: 250,
      bufferLimitBytes: 32768,
      lb: { policy: { kind: "random" }, overprovisioningPercent: 200, panicThresholdPercent: 20 },
      dns: {
        family: "V4_ONLY",
        refreshMs: 30_000,
        failureBackoff: { baseMs: 2000, maxMs: 20_000 },
        respectTtl: true,
        jitterMs: 100,
      },
      waitForWarmOnInit: false,
    });
    expect(compiled.endpoints).toEqual([
      {
        address: { kind: "name", host: "a.example", port: 80 },
        hostname: "a.example",
        weight: 7,
        priority: 1,
        locality: { region: "r", zone: "z", subZone: "" },
        localityWeight: 0,
        edsStatus: "DRAINING",
        metadata: { "envoy.lb": { canary: true } },
      },
    ]);
  });

  it("takes a cluster without endpoints, and an internal address at the edge only", ({ expect }) => {
    const internal = { endpoint: { address: { envoyInternalAddress: { serverListenerName: "APP" } } } };
    expect(compiledCluster({ name: "c" }).endpoints).toEqual([]);
    expect(compiledCluster(clusterConfig("c", [internal]), "edge").endpoints[0]?.address).toEqual({
      kind: "internal",
      listener: "APP",
      endpointId: "",
    });
    expect(compileSample(clusterConfig("c", [internal])).problems).toEqual([
      "clusters[0].load_assignment.endpoints[0].lb_endpoints[0].endpoint.address: internal listeners are not implemented [cluster.address]",
    ]);
  });

  const endpoint = "clusters[0].load_assignment.endpoints[0].lb_endpoints[0]";
  const withResolver = { endpoint: { address: { socketAddress: { address: "a.example", resolverName: "r" } } } };
  const refused: readonly (readonly [what: string, config: Cluster, problem: string])[] = [
    [
      "a name in a static cluster",
      clusterConfig("c", NAMED),
      `${endpoint}.endpoint.address: malformed IP address: a.example. Consider setting resolver_name or setting cluster type to 'STRICT_DNS' or 'LOGICAL_DNS' [cluster.address]`,
    ],
    [
      "an address resolver in a static cluster",
      clusterConfig("c", [withResolver]),
      `${endpoint}.endpoint.address.socket_address.resolver_name: Unknown address resolver: r. Consider setting resolver_name or setting cluster type to 'STRICT_DNS' or 'LOGICAL_DNS' [cluster.address]`,
    ],
    [
      "an address resolver in a DNS cluster",
      clusterConfig("c", [withResolver], { type: "STRICT_DNS" }),
      `${endpoint}.endpoint.address.socket_address.resolver_name: STRICT_DNS clusters must NOT have a custom resolver name set [cluster.address]`,
    ],
    [
      "a pipe in a DNS cluster",
      clusterConfig("c", [{ endpoint: { address: { pipe: { path: "/run/x" } } } }], { type: "STRICT_DNS" }),
      `${endpoint}.endpoint.address: STRICT_DNS clusters resolve names: expected socket_address [cluster.address]`,
    ],
    [
      "an endpoint without an address",
      clusterConfig("c", [{}]),
      `${endpoint}.endpoint.address: expected one of socket_address, pipe, envoy_internal_address [config.oneof]`,
    ],
    [
      "a named endpoint",
      clusterConfig("c", [{ endpointName: "e" }]),
      `${endpoint}.endpoint_name: named endpoints are not implemented [config.unsupported]`,
    ],
    [
      "a logical DNS cluster with two endpoints",
      clusterConfig("c", [...NAMED, ...NAMED], { type: "LOGICAL_DNS" }),
      "clusters[0].load_assignment: LOGICAL_DNS clusters must have a single locality_lb_endpoint and a single lb_endpoint [cluster.logical_dns]",
    ],
    [
      "a logical DNS cluster without endpoints",
      { name: "c", type: "LOGICAL_DNS" },
      "clusters[0].load_assignment: LOGICAL_DNS clusters must have a single locality_lb_endpoint and a single lb_endpoint [cluster.logical_dns]",
    ],
    [
      "a failure back-off whose maximum is below its base",
      clusterConfig("c", NAMED, {
        type: "STRICT_DNS",
        dnsFailureRefreshRate: { baseInterval: "5s", maxInterval: "1s" },
      }),
      "clusters[0].dns_failure_refresh_rate: dns_failure_refresh_rate must have max_interval greater than or equal to the base_interval [cluster.dns_failure_refresh_rate]",
    ],
    [
      "a discovery type that is not implemented",
      { name: "c", type: "EDS" },
      "clusters[0].type: cluster type EDS: endpoints from a control plane are not implemented [config.unsupported]",
    ],
    [
      "a custom cluster type",
      { name: "c", clusterType: { name: "envoy.clusters.aggregate" } },
      'clusters[0].cluster_type: cluster type "envoy.clusters.aggregate" is not implemented [config.unsupported]',
    ],
    [
      "a balancing policy that is not implemented",
      { name: "c", lbPolicy: "CLUSTER_PROVIDED" },
      "clusters[0].lb_policy: lb_policy CLUSTER_PROVIDED is not implemented [config.unsupported]",
    ],
  ];
  it.for(refused)("refuses %s", ([, config, problem], { expect }) => {
    expect(compileSample(config)).toEqual({ compiled: undefined, problems: [problem] });
  });
});

describe("reportDuplicateClusters", () => {
  it("names every cluster whose name an earlier one has", ({ expect }) => {
    const diagnostics = new DiagnosticCollector();
    const path = ConfigPath.root.field("staticResources").field("clusters");
    reportDuplicateClusters([{ name: "a" }, { name: "b" }, { name: "a" }], path, diagnostics);
    expect(diagnostics.diagnostics.map(renderDiagnostic)).toEqual([
      "static_resources.clusters[2]: duplicate cluster 'a' [cluster.duplicate]",
    ]);
  });
});
