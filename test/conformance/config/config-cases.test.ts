import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, it } from "vitest";
import { loadConfig } from "../../../shared/config/load.ts";
import { renderDiagnostic } from "../../../shared/diagnostics/render.ts";

// A case is a configuration, then a line `=== json` with the canonical JSON it must give (accept only), then a line
// `=== diagnostics` with what must be said, if anything. The comment `# message: NAME` in its first line names another root
// message than the bootstrap.

const JSON_MARK = "=== json\n";
const DIAGNOSTICS_MARK = "=== diagnostics\n";

interface ConfigCase {
  readonly name: string;
  readonly source: string;
  readonly expected: string;
}

function readCases(folder: string): ConfigCase[] {
  const path = fileURLToPath(new URL(folder, import.meta.url));
  return readdirSync(path).map((name) => {
    const text = readFileSync(`${path}/${name}`, "utf8");
    const end = text.search(/^=== (?:json|diagnostics)$/m);
    return { name, source: text.slice(0, end), expected: text.slice(end) };
  });
}

function outcomeOf({ name, source }: ConfigCase, withJson: boolean): string {
  const message = /^# message: (\S+)\n/.exec(source)?.[1];
  const loaded = loadConfig<unknown>(source, { file: name, ...(message === undefined ? {} : { message }) });
  const json = withJson ? `${JSON_MARK}${JSON.stringify(loaded.json, null, 2)}\n` : "";
  const said = loaded.diagnostics.map((diagnostic) => `${renderDiagnostic(diagnostic)}\n`).join("");
  return json + (said === "" ? "" : DIAGNOSTICS_MARK + said);
}

function hasErrors({ name, source }: ConfigCase): boolean {
  const message = /^# message: (\S+)\n/.exec(source)?.[1];
  const { diagnostics } = loadConfig<unknown>(source, { file: name, ...(message === undefined ? {} : { message }) });
  return diagnostics.some((diagnostic) => diagnostic.severity === "error");
}

describe("loadConfig accepts what Envoy accepts", () => {
  for (const example of readCases("./accept")) {
    it(`loadConfig reads ${example.name} into its canonical JSON`, ({ expect }) => {
      expect(hasErrors(example)).toBe(false);
      expect(outcomeOf(example, true)).toBe(example.expected);
    });
  }
});

describe("loadConfig refuses what Envoy refuses", () => {
  for (const example of readCases("./reject")) {
    it(`loadConfig reports every mistake of ${example.name}`, ({ expect }) => {
      expect(hasErrors(example)).toBe(true);
      expect(outcomeOf(example, false)).toBe(example.expected);
    });
  }
});
