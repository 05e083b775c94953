import fc from "fast-check";
import { describe, it } from "vitest";
import { type ConfigFormat, loadConfig, type LoadLimits } from "../../../shared/config/load.ts";
import { renderDiagnostic } from "../../../shared/diagnostics/render.ts";

const SEED = 20260131;
const FORMATS: readonly ConfigFormat[] = ["yaml", "json", "binary"];

const SAMPLE = `node: &n {id: a, metadata: {k: [1, "x", *m]}}
static_resources:
  clusters:
  - name: c # comment
    connect_timeout: 0.25s
    "type": 'STATIC'
    metadata: {filter_metadata: {a: {b: |
      text
    }}}
`;

function say(source: string | Uint8Array, file: string, limits: Partial<LoadLimits> = {}): string[] {
  return loadConfig(source, { file, limits }).diagnostics.map(renderDiagnostic);
}

describe("loadConfig survives any input", () => {
  it("loadConfig never throws on random bytes", ({ expect }) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(...FORMATS), (bytes, format) => {
        expect(loadConfig(bytes, { file: "x", format }).diagnostics).toBeInstanceOf(Array);
      }),
      { seed: SEED, numRuns: 3000 },
    );
  });

  it("loadConfig never throws on random text", ({ expect }) => {
    const text = fc.string({ unit: fc.constantFrom(...Array.from("{}[]:,-?&*!|>'\"%@`#~ \n\tab0=<")), maxLength: 60 });
    fc.assert(
      fc.property(text, fc.constantFrom(...FORMATS), (source, format) => {
        expect(loadConfig(source, { file: "x", format }).diagnostics).toBeInstanceOf(Array);
      }),
      { seed: SEED, numRuns: 5000 },
    );
  });

  it("loadConfig never throws on a configuration with one character changed", ({ expect }) => {
    const change = fc.tuple(
      fc.nat({ max: SAMPLE.length - 1 }),
      fc.constantFrom(...Array.from("{}[]:,&*!|\"' \n\tx\0")),
    );
    fc.assert(
      fc.property(change, ([at, character]) => {
        const changed = SAMPLE.slice(0, at) + character + SAMPLE.slice(at + 1);
        expect(loadConfig(changed, { file: "x.yaml" }).diagnostics).toBeInstanceOf(Array);
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });
});

describe("loadConfig stops at its limits", () => {
  it("loadConfig refuses a source above maxBytes before it looks inside", ({ expect }) => {
    expect(say(new Uint8Array(100_000_000), "a.yaml")).toEqual([
      "a.yaml:1:1 expected at most 67108864 bytes, got 100000000 [config.limit]",
    ]);
  });

  it("loadConfig refuses bytes that are not UTF-8", ({ expect }) => {
    expect(say(Uint8Array.of(0x6e, 0xff, 0xfe), "a.yaml")).toEqual([
      "a.yaml:1:1 expected UTF-8 text, got other bytes [config.encoding]",
    ]);
  });

  it.for([
    ["flow lists", "[".repeat(20_000), "a.yaml"],
    ["block lists", `${"- ".repeat(20_000)}x`, "a.yaml"],
    ["objects", `a: ${"{a: ".repeat(300)}1${"}".repeat(300)}`, "a.yaml"],
    ["JSON", "[".repeat(1_000_000), "a.json"],
  ] as const)("loadConfig refuses %s nested beyond maxDepth", ([, source, file], { expect }) => {
    expect(say(source, file).join("\n")).toMatch(/nested more than 100 levels deep \[config\.limit\]$/);
  });

  it("loadConfig refuses binary messages nested beyond maxDepth", ({ expect }) => {
    // Node.metadata (3) is a Struct; fields (1) hold a Value (2) that holds a Struct (5), and so on.
    let bytes: number[] = [];
    for (let level = 0; level < 60; level += 1) {
      const value = [0x2a, (bytes.length & 0x7f) | 0x80, bytes.length >> 7, ...bytes];
      const entry = [0x12, (value.length & 0x7f) | 0x80, value.length >> 7, ...value];
      bytes = [0x0a, (entry.length & 0x7f) | 0x80, entry.length >> 7, ...entry];
    }
    const source = Uint8Array.from([0x1a, (bytes.length & 0x7f) | 0x80, bytes.length >> 7, ...bytes]);
    const loaded = loadConfig(source, { file: "a.pb", message: "envoy.config.core.v3.Node" });
    expect(loaded.diagnostics.map(renderDiagnostic)).toEqual([
      "a.pb:1:1 nested more than 100 levels deep [config.limit]",
    ]);
  });

  it("loadConfig counts values with their aliases expanded", ({ expect }) => {
    const lists = Array.from({ length: 9 }, (_, level) => `l${level + 1}: &l${level + 1} [${`*l${level},`.repeat(9)}]`);
    expect(say(["l0: &l0 [x]", ...lists].join("\n"), "a.yaml")).toEqual([
      "a.yaml:8:10 more than 2000000 values, aliases expanded [config.limit]",
    ]);
  });

  it("loadConfig refuses YAML beyond maxYamlElements", ({ expect }) => {
    expect(say("- a\n".repeat(11), "a.yaml", { maxYamlElements: 10 })).toEqual([
      "a.yaml:1:1 more than 10 lines and elements of YAML [config.limit]",
    ]);
  });

  it("loadConfig refuses JSON beyond maxNodes", ({ expect }) => {
    expect(say("[1,1,1]", "a.json", { maxNodes: 3 })).toEqual([
      "a.json:1:6 more than 3 values, aliases expanded [config.limit]",
    ]);
  });

  it("loadConfig reports maxProblems errors and counts the others", ({ expect }) => {
    expect(say("a: 1\nb: 2\nc: 3\n", "a.yaml", { maxProblems: 1 })).toEqual([
      'a.yaml:1:1 a: Bootstrap has no field "a" [config.unknown_field]',
      "a.yaml:1:1 2 more errors, not shown [config.limit]",
    ]);
  });
});
