import { describe, it } from "vitest";
import { toProtoNames } from "../../../shared/schema/proto-names.ts";

const BOOTSTRAP = "envoy.config.bootstrap.v3.Bootstrap";
const HCM = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

describe("toProtoNames", () => {
  it("toProtoNames respells fields through lists and nested messages", ({ expect }) => {
    const json = { staticResources: { clusters: [{ name: "a", connectTimeout: "1s", lbPolicy: "ROUND_ROBIN" }] } };
    expect(toProtoNames(json, BOOTSTRAP)).toEqual({
      static_resources: { clusters: [{ name: "a", connect_timeout: "1s", lb_policy: "ROUND_ROBIN" }] },
    });
  });

  it("toProtoNames respells inside an Any and keeps its type", ({ expect }) => {
    const json = {
      name: "hcm",
      typedConfig: { "@type": `type.googleapis.com/${HCM}`, statPrefix: "in", routeConfig: { virtualHosts: [] } },
    };
    expect(toProtoNames(json, "envoy.config.listener.v3.Filter")).toEqual({
      name: "hcm",
      typed_config: { "@type": `type.googleapis.com/${HCM}`, stat_prefix: "in", route_config: { virtual_hosts: [] } },
    });
  });

  it("toProtoNames keeps keys of maps and Structs, which are data", ({ expect }) => {
    const json = JSON.parse(
      '{"filterMetadata":{"nuncio.edge":{"hostRewrite":{"toName":1}},"__proto__":{"camelKey":true}}}',
    );
    expect(JSON.stringify(toProtoNames(json, "envoy.config.core.v3.Metadata"))).toBe(
      '{"filter_metadata":{"nuncio.edge":{"hostRewrite":{"toName":1}},"__proto__":{"camelKey":true}}}',
    );
  });

  it("toProtoNames respells the messages of a map", ({ expect }) => {
    const policy = { principals: [{ sourceIp: { addressPrefix: "10.0.0.0" } }] };
    expect(toProtoNames({ policies: { someName: policy } }, "envoy.config.rbac.v3.RBAC")).toEqual({
      policies: { someName: { principals: [{ source_ip: { address_prefix: "10.0.0.0" } }] } },
    });
  });

  it("toProtoNames leaves alone what the schema does not know", ({ expect }) => {
    const json = { typedConfig: { "@type": "type.googleapis.com/of.another.Maker", someField: 1 }, oddName: 2 };
    expect(toProtoNames(json, "envoy.config.listener.v3.Filter")).toEqual({
      typed_config: { "@type": "type.googleapis.com/of.another.Maker", someField: 1 },
      oddName: 2,
    });
  });
});
