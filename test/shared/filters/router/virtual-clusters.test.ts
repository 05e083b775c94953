import { describe, it } from "vitest";
import { RouterBench } from "../../../support/router-stream.ts";
import { clusterConfig, endpointAt } from "../../../support/sample-cluster.ts";
import { forwardRoute } from "../../../support/sample-route.ts";

const APP = clusterConfig("app", [endpointAt("10.0.0.1:80")]);

describe("RouterFilter virtual clusters", () => {
  it("are named in the log, but for what no virtual cluster matches, which only statistics name", ({ expect }) => {
    const bench = new RouterBench({ clusters: [APP] });
    const named = (name: string): string | undefined =>
      bench.request(forwardRoute("app", { virtualCluster: () => name })).info.virtualClusterName;
    expect([named("posts"), named("other")]).toEqual(["posts", undefined]);
    const counted = ["posts", "other"].map((name) =>
      bench.stat(`vhost.sample virtual host.vcluster.${name}.upstream_rq_total`),
    );
    expect(counted).toEqual([1, 1]);
  });
});
