import { describe, it } from "vitest";
import { createLocalStats } from "../../../../shared/stats/local-stats.ts";
import { Cluster } from "../../../../shared/upstream/cluster.ts";
import { outlierLogEntry } from "../../../../shared/upstream/outlier/outlier-event.ts";
import { FakeClock, SeededRandom } from "../../../support/fakes.ts";
import { clusterConfig, compiledCluster, endpointAt } from "../../../support/sample-cluster.ts";

describe("outlierLogEntry", () => {
  it("tells of an ejection and of the return, with the times between them", ({ expect }) => {
    const outlierDetection = { consecutive5xx: 1, baseEjectionTime: "5s", maxEjectionPercent: 100 };
    const info = compiledCluster(clusterConfig("c", [endpointAt("10.0.0.1:80")], { outlierDetection }));
    const entries: unknown[] = [];
    const clock = new FakeClock();
    const cluster = new Cluster({
      info,
      names: "resolve",
      random: new SeededRandom(),
      clock,
      stats: createLocalStats().store,
      onOutlierEvent: (event) => entries.push(outlierLogEntry("c", event)),
    });
    const fail = (): void => cluster.pick()?.monitor.putHttpResponseCode(500);
    fail();
    clock.moveTo(10_000);
    cluster.pick();
    clock.moveTo(13_000);
    fail();
    const host = { cluster_name: "c", upstream_url: "10.0.0.1:80" };
    const found = { type: "CONSECUTIVE_5XX", enforced: true };
    expect(entries).toEqual([
      ["outlier_ejection", { ...host, ...found, num_ejections: 1, secs_since_last_action: undefined }],
      ["outlier_unejection", { ...host, num_ejections: 1, secs_since_last_action: 10 }],
      ["outlier_ejection", { ...host, ...found, num_ejections: 2, secs_since_last_action: 3 }],
    ]);
  });
});
