import { describe, it } from "vitest";
import { loadConfig, type LoadedConfig } from "../../../shared/config/load.ts";
import { mergeConfig } from "../../../shared/config/merge.ts";
import { renderDiagnostic } from "../../../shared/diagnostics/render.ts";

const CLUSTER = "envoy.config.cluster.v3.Cluster";

function part(text: string, file: string): LoadedConfig<unknown> {
  return loadConfig<unknown>(text, { file, message: CLUSTER, partial: true });
}

function merge(base: string, overlay: string): LoadedConfig<unknown> {
  return mergeConfig(part(base, "base.yaml"), part(overlay, "overlay.yaml"), CLUSTER);
}

describe("mergeConfig", () => {
  it.for([
    ["replaces scalars", "{name: a, alt_stat_name: b}", "{name: c}", { name: "c", altStatName: "b" }],
    [
      "merges messages",
      "{name: a, lb_subset_config: {list_as_any: true}}",
      "{lb_subset_config: {scale_locality_weight: true}}",
      { name: "a", lbSubsetConfig: { scaleLocalityWeight: true, listAsAny: true } },
    ],
    [
      "unsets the other members of a oneof",
      "{name: a, ring_hash_lb_config: {}}",
      "{maglev_lb_config: {}}",
      { name: "a", maglevLbConfig: {} },
    ],
    [
      "passes over a wrapper with its default, as protobuf does",
      "{name: a, wait_for_warm_on_init: true}",
      "{wait_for_warm_on_init: false}",
      { name: "a", waitForWarmOnInit: true },
    ],
    [
      "merges the parts of a duration, as protobuf does",
      "{name: a, connect_timeout: 5s}",
      "{connect_timeout: 0.5s}",
      { name: "a", connectTimeout: "5.500s" },
    ],
    [
      "replaces entries of a map",
      "{name: a, metadata: {filter_metadata: {x: {p: a}, y: {p: b}}}}",
      "{metadata: {filter_metadata: {x: {q: c}}}}",
      { name: "a", metadata: { filterMetadata: { x: { q: "c" }, y: { p: "b" } } } },
    ],
  ] as const)("mergeConfig %s", ([, base, overlay, expected], { expect }) => {
    expect(merge(base, overlay).json).toEqual(expected);
  });

  it("mergeConfig appends lists and finds their elements in either source", ({ expect }) => {
    const merged = merge(
      "name: a\nhealth_checks:\n- {timeout: 1s, interval: 0s, unhealthy_threshold: 1, healthy_threshold: 1, tcp_health_check: {}}\n",
      "health_checks:\n- timeout: 1s\n  interval: 0s\n  unhealthy_threshold: 1\n  healthy_threshold: 1\n  tcp_health_check: {}\n",
    );
    expect(merged.diagnostics.map(renderDiagnostic)).toEqual([
      'base.yaml:3:17 health_checks[0].interval: expected a value above 0s, got "0s" [config.range]',
      'overlay.yaml:3:3 health_checks[1].interval: expected a value above 0s, got "0s" [config.range]',
    ]);
  });

  it("mergeConfig applies the rules to the whole only", ({ expect }) => {
    expect(merge("alt_stat_name: a", "name: b").diagnostics).toEqual([]);
    expect(merge("alt_stat_name: a", "connect_timeout: 0s").diagnostics.map(renderDiagnostic)).toEqual([
      "base.yaml:1:1 name: expected at least 1 character, got nothing [config.required]",
      'overlay.yaml:1:1 connect_timeout: expected a value above 0s, got "0s" [config.range]',
    ]);
  });

  it("mergeConfig keeps what was said about the parts", ({ expect }) => {
    expect(merge("name: a\nodd: 1", "more: 2").diagnostics.map(renderDiagnostic)).toEqual([
      'base.yaml:2:1 odd: Cluster has no field "odd" [config.unknown_field]',
      'overlay.yaml:1:1 more: Cluster has no field "more" [config.unknown_field]',
    ]);
  });
});
