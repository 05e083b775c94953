import { describe, it } from "vitest";
import { createAdminApp } from "../../../shared/proxy/admin/admin-app.ts";
import type { AdminSource } from "../../../shared/proxy/admin/admin-source.ts";
import { clusterStatuses, hostStatus, outlierAverages } from "../../../shared/proxy/admin/cluster-status.ts";
import { createLocalStats } from "../../../shared/stats/local-stats.ts";
import { Cluster } from "../../../shared/upstream/cluster.ts";
import { FakeClock, SeededRandom } from "../../support/fakes.ts";
import { clusterConfig, compiledCluster, endpointAt } from "../../support/sample-cluster.ts";

/** Five hosts with 100 requests each, of which every second one to the first host fails; then the interval is over. */
function judgedCluster(): Cluster {
  const endpoints = [1, 2, 3, 4, 5].map((last) => endpointAt(`10.0.0.${last}:80`));
  const more = { outlierDetection: { maxEjectionPercent: 50 } };
  const clock = new FakeClock();
  const info = compiledCluster(clusterConfig("c", endpoints, more));
  const stats = createLocalStats().store;
  const cluster = new Cluster({ info, names: "resolve", random: new SeededRandom(), clock, stats });
  cluster.pick();
  for (const [at, { monitor }] of cluster.hosts.entries()) {
    for (let time = 0; time < 100; time += 1) monitor.putHttpResponseCode(at === 0 && time % 2 === 0 ? 500 : 200);
  }
  clock.moveTo(10_000);
  cluster.pick();
  return cluster;
}

function clustersOf(cluster: Cluster, query: string): Promise<Response> {
  const hosts = cluster.hosts.map((host) => ({ cluster: "c", host: hostStatus(host) }));
  const averages = outlierAverages(cluster.outlierThresholds());
  const source: AdminSource = {
    state: () => "LIVE",
    serverInfo: () => ({ version: "", uptimeSeconds: 0, commandLineOptions: {}, node: {} }),
    stats: createLocalStats().view,
    resetCounters: () => undefined,
    clusters: () => clusterStatuses([cluster.info], hosts, () => averages),
    listeners: () => [],
  };
  const app = createAdminApp(source, {
    compileFilter: () => ({ ok: false, error: "no filters" }),
    onError: () => undefined,
  });
  return app.fetch(new Request(`http://admin/clusters${query}`));
}

describe("/clusters", () => {
  it("shows what outlier detection found, as Envoy prints it", async ({ expect }) => {
    const lines = (await (await clustersOf(judgedCluster(), "")).text()).split("\n");
    expect(lines.filter((line) => /outlier|success_rate|10.0.0.1:80::health/.test(line)).slice(0, 7)).toEqual([
      "c::outlier::success_rate_average::90",
      "c::outlier::success_rate_ejection_threshold::52",
      "c::outlier::local_origin_success_rate_average::-1",
      "c::outlier::local_origin_success_rate_ejection_threshold::-1",
      "c::10.0.0.1:80::health_flags::/failed_outlier_check",
      "c::10.0.0.1:80::success_rate::50",
      "c::10.0.0.1:80::local_origin_success_rate::-1",
    ]);
  });

  it("as JSON leaves out the rates that are not known", async ({ expect }) => {
    const document: unknown = await (await clustersOf(judgedCluster(), "?format=json")).json();
    expect(document).toMatchObject({
      cluster_statuses: [
        {
          success_rate_ejection_threshold: { value: 52 },
          host_statuses: [
            { health_status: { failed_outlier_check: true }, success_rate: { value: 50 } },
            { health_status: { eds_health_status: "HEALTHY" }, success_rate: { value: 100 } },
            {},
            {},
            {},
          ],
        },
      ],
    });
    expect(JSON.stringify(document)).not.toContain("local_origin");
  });
});
