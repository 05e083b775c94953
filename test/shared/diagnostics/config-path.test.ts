import { describe, it } from "vitest";
import { ConfigPath } from "../../../shared/diagnostics/config-path.ts";

describe("ConfigPath", () => {
  const path = ConfigPath.root.field("staticResources").field("clusters").index(0).field("connectTimeout");

  it("render spells fields as in the proto and elements with brackets", ({ expect }) => {
    expect(path.render()).toBe("static_resources.clusters[0].connect_timeout");
  });

  it("render never respells a map key", ({ expect }) => {
    expect(ConfigPath.root.field("typedPerFilterConfig").key("envoy.Filters").render()).toBe(
      'typed_per_filter_config["envoy.Filters"]',
    );
  });

  it("pointer escapes as RFC 6901 section 3 says", ({ expect }) => {
    expect(ConfigPath.root.field("m").key("a/b~c").pointer()).toBe("/m/a~1b~0c");
  });
});
