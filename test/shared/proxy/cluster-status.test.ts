import { describe, it } from "vitest";
import { clusterStatuses, type HostOfCluster } from "../../../shared/proxy/admin/cluster-status.ts";
import { clusterConfig, compiledCluster, endpointAt } from "../../support/sample-cluster.ts";

const counters = {
  cxActive: 0,
  cxConnectFail: 0,
  cxTotal: 0,
  rqActive: 0,
  rqError: 0,
  rqPendingActive: 0,
  rqSuccess: 0,
  rqTimeout: 0,
  rqTotal: 0,
};

function report(cluster: string, host: string, counted: Partial<typeof counters>): HostOfCluster {
  return {
    cluster,
    host: {
      address: { kind: "socket", ip: host, port: 80 },
      hostname: "",
      weight: 3,
      priority: 0,
      locality: { region: "r", zone: "z", subZone: "" },
      healthFlags: ["degraded_eds_health"],
      canary: true,
      successRate: -1,
      localOriginSuccessRate: -1,
      counters: { ...counters, ...counted },
    },
  };
}

describe("clusterStatuses", () => {
  it("a host's counters are summed over threads, by cluster and address", ({ expect }) => {
    const apps = compiledCluster(clusterConfig("apps", [endpointAt("10.0.0.1:80")], { altStatName: "alt" }));
    const idle = compiledCluster(clusterConfig("idle", []));
    const [status, empty] = clusterStatuses(
      [apps, idle],
      [
        report("apps", "10.0.0.1", { cxTotal: 2, cxActive: 1 }),
        report("other", "10.0.0.1", { cxTotal: 99 }),
        report("apps", "10.0.0.1", { cxTotal: 3, cxConnectFail: 1 }),
        report("apps", "10.0.0.2", { cxTotal: 7 }),
      ],
    );
    expect(status).toMatchObject({ name: "apps", observabilityName: "alt", addedViaApi: false });
    expect(status?.hosts.map(({ address, counters: { cxTotal } }) => ({ address, cxTotal }))).toEqual([
      { address: { kind: "socket", ip: "10.0.0.1", port: 80 }, cxTotal: 5 },
      { address: { kind: "socket", ip: "10.0.0.2", port: 80 }, cxTotal: 7 },
    ]);
    expect(status?.hosts[0]).toMatchObject({
      counters: { cxActive: 1, cxConnectFail: 1 },
      healthFlags: ["degraded_eds_health"],
      weight: 3,
      canary: true,
      locality: { region: "r" },
    });
    expect(empty?.hosts).toEqual([]);
  });
});
