import { describe, it } from "vitest";
import { DiagnosticCollector } from "../../../shared/diagnostics/collector.ts";
import { ConfigPath } from "../../../shared/diagnostics/config-path.ts";
import { renderDiagnostic } from "../../../shared/diagnostics/render.ts";
import { compileOnlyFilterChain } from "../../../shared/network-filter/compile-filter-chain.ts";
import type { FilterChain, Listener } from "../../../shared/schema/envoy-types.ts";

const echo = { name: "echo", typedConfig: { "@type": "type.googleapis.com/test.Echo", word: "hello" } };
const other = { name: "other", typedConfig: { "@type": "type.googleapis.com/test.Other" } };
const chain: FilterChain = { name: "all", filters: [echo] };

function compile(listener: Listener) {
  const diagnostics = new DiagnosticCollector();
  const filters = new Map([["test.Echo", (config: { readonly [field: string]: unknown }) => config["word"]]]);
  const compiled = compileOnlyFilterChain(listener, ConfigPath.root.field("listener"), { filters, diagnostics });
  return { compiled, said: diagnostics.diagnostics.map(renderDiagnostic) };
}

describe("compileOnlyFilterChain", () => {
  it("the only chain takes all connections, and so does a default chain alone", ({ expect }) => {
    const expected = { compiled: { name: "all", terminal: "hello" }, said: [] };
    expect(compile({ filterChains: [chain] })).toEqual(expected);
    expect(compile({ defaultFilterChain: chain })).toEqual(expected);
  });

  it("a chain without filters is legal and has no terminal filter", ({ expect }) => {
    expect(compile({ filterChains: [{}] })).toEqual({ compiled: { name: "", terminal: undefined }, said: [] });
  });

  it.for([
    { listener: {}, said: "listener: no filter chains specified [listener.filter_chains]" },
    {
      listener: { filterChains: [chain, chain] },
      said: "listener.filter_chains: choosing between several filter chains is not supported yet [listener.filter_chains]",
    },
    {
      listener: { filterChains: [chain], defaultFilterChain: chain },
      said: "listener.filter_chains: choosing between several filter chains is not supported yet [listener.filter_chains]",
    },
    {
      listener: { filterChains: [{ filters: [other] }] },
      said: "listener.filter_chains[0].filters[0]: network filter test.Other is not supported here [listener.network_filter]",
    },
    {
      listener: { filterChains: [{ filters: [{ name: "bare" }] }] },
      said: 'listener.filter_chains[0].filters[0]: network filter "bare" has no typed_config [listener.network_filter]',
    },
  ])("a listener is refused: $said", ({ listener, said }, { expect }) => {
    expect(compile(listener)).toEqual({ compiled: undefined, said: [said] });
  });

  it("a terminal filter that is not the last is refused", ({ expect }) => {
    expect(compile({ filterChains: [{ filters: [echo, other] }] }).said).toEqual([
      "listener.filter_chains[0].filters[0]: terminal filter named echo must be the last filter in a network filter chain [listener.terminal_filter]",
    ]);
  });
});
