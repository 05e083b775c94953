import { describe, it } from "vitest";
import { withRuntime } from "../../../shared/proxy/runtime-layers.ts";
import type { Bootstrap } from "../../../shared/schema/envoy-types.ts";
import { HttpProxyHarness } from "../../support/http-proxy-harness.ts";
import { managerConfig, TO_APP } from "../../support/manager-config.ts";

const HALF =
  "{ match: { prefix: /, runtime_fraction: { default_value: { numerator: 0 }, runtime_key: a.half } }, direct_response: { status: 204 } }";

function status(layers: string): number | undefined {
  const config = `${managerConfig({ routes: [HALF, TO_APP] })}
layered_runtime: { layers: [${layers}] }
`;
  return new HttpProxyHarness(config).ask("/").status;
}

/** What a default becomes under a static layer. */
function resolved(defaultValue: unknown, value: unknown): unknown {
  const json = { runtimeKey: "k", defaultValue };
  const bootstrap = { layeredRuntime: { layers: [{ staticLayer: { k: value } }] }, staticResources: json };
  const found = withRuntime(bootstrap as unknown as Bootstrap).staticResources as unknown as Record<string, unknown>;
  return found["defaultValue"];
}

describe("withRuntime", () => {
  it.for([
    ["{ name: a, static_layer: { a.half: 100 } }", 204],
    ["{ name: a, static_layer: { a: { half: { numerator: 1, denominator: HUNDRED } } } }", 200],
    ["{ name: a, static_layer: { a: { half: '100' } } }", 204],
    ["{ name: a, static_layer: { other: 100 } }", 200],
    ["{ name: a, static_layer: { a.half: 100 } }, { name: b, static_layer: { a.half: 0 } }", 200],
    ["{ name: a, static_layer: { a.half: 100 } }, { name: admin, admin_layer: {} }", 204],
  ] as const)("takes the fraction of a route from %s", ([layers, expected], { expect }) => {
    expect(status(layers)).toBe(expected);
  });

  it.for([
    [{ numerator: 5 }, 50, { numerator: 50 }],
    [{}, 500, { numerator: 100 }],
    [{ numerator: 5 }, { numerator: 1, denominator: "MILLION" }, { numerator: 1, denominator: "MILLION" }],
    [{ numerator: 5 }, true, { numerator: 5 }],
    [{ value: 5 }, 7.5, { value: 7.5 }],
    [5, 9, 9],
    [5, "9", 9],
    [5, "much", 5],
    [undefined, 9, 9],
    [true, false, false],
    [true, "false", false],
  ])("makes of the default %o with the value %o %o", ([byDefault, value, expected], { expect }) => {
    expect(resolved(byDefault, value)).toEqual(expected);
  });

  it("leaves a configuration without layers as it is", ({ expect }) => {
    const bootstrap: Bootstrap = {};
    expect(withRuntime(bootstrap)).toBe(bootstrap);
  });
});
