import fc from "fast-check";
import { describe, it } from "vitest";
import { stringify } from "yaml";
import { loadConfig, type LoadedConfig } from "../../../shared/config/load.ts";
import { arbitraryMessage, configMessageNames } from "../../support/arbitrary-message.ts";
import { encodeProtobuf } from "../../support/encode-protobuf.ts";

const SEED = 20260131;

const anyMessage = fc
  .constantFrom(...configMessageNames)
  .chain((name) => arbitraryMessage(name).map((json) => ({ name, json })));

/** What a loader gives, as text: equality then covers keys such as `__proto__` and the order of fields. */
function outcomeOf({ json, diagnostics }: LoadedConfig<unknown>): string {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === "error");
  return JSON.stringify([json, errors.map((diagnostic) => diagnostic.message)]);
}

describe("loadConfig gives canonical JSON back unchanged", () => {
  it("loadConfig reads canonical JSON of any message from JSON", ({ expect }) => {
    fc.assert(
      fc.property(anyMessage, ({ name, json }) => {
        const loaded = loadConfig<unknown>(JSON.stringify(json), { file: "a.json", message: name, partial: true });
        expect(outcomeOf(loaded)).toBe(JSON.stringify([json, []]));
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });

  it("loadConfig reads canonical JSON of any message from YAML", ({ expect }) => {
    fc.assert(
      fc.property(anyMessage, ({ name, json }) => {
        const text = stringify(json, {
          defaultStringType: "QUOTE_DOUBLE",
          defaultKeyType: "QUOTE_DOUBLE",
          aliasDuplicateObjects: false,
        });
        const loaded = loadConfig<unknown>(text, { file: "a.yaml", message: name, partial: true });
        expect(outcomeOf(loaded)).toBe(JSON.stringify([json, []]));
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });

  it("loadConfig reads canonical JSON of any message from binary protobuf", ({ expect }) => {
    fc.assert(
      fc.property(anyMessage, ({ name, json }) => {
        const loaded = loadConfig<unknown>(encodeProtobuf(json, name), { file: "a.pb", message: name, partial: true });
        expect(outcomeOf(loaded)).toBe(JSON.stringify([json, []]));
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });
});
