import { describe, it } from "vitest";
import { RouterBench } from "../../../support/router-stream.ts";
import { clusterConfig, endpointAt } from "../../../support/sample-cluster.ts";
import { forwardRoute } from "../../../support/sample-route.ts";

const APP = clusterConfig("app", [endpointAt("10.0.0.1:80")]);

describe("RouterFilter mirrors", () => {
  it("mark their copies as requests of the proxy's own, and leave the first alone", ({ expect }) => {
    const bench = new RouterBench({ clusters: [APP, clusterConfig("copy", [endpointAt("10.0.0.5:80")])] });
    const mirror = {
      cluster: { kind: "name", name: "copy" },
      applies: () => true,
      appendsSuffix: true,
      hostLiteral: "",
    } as const;
    const { policies } = forwardRoute("app");
    bench.request(forwardRoute("app", { policies: { ...policies, mirrors: [mirror] } }), {
      "x-forwarded-for": "192.0.2.7",
    });
    const sent = bench.transport.requests.map(({ headers }) =>
      [":authority", "x-envoy-internal", "x-forwarded-for"].map((name) => headers.get(name)),
    );
    expect(sent).toContainEqual(["client.example-shadow", "true", "192.0.2.7,192.0.2.2"]);
    expect(sent).toContainEqual(["client.example", undefined, "192.0.2.7"]);
  });
});
