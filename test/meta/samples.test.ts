import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, it } from "vitest";
import { checkForEdge } from "../../l4-node/cli/check-for-edge.ts";
import { checkConfig } from "../../l4-node/server/check-config.ts";
import { loadConfig } from "../../shared/config/load.ts";
import type { Diagnostic } from "../../shared/diagnostics/diagnostic.ts";
import { renderDiagnostic } from "../../shared/diagnostics/render.ts";

const CONFIG = fileURLToPath(new URL("../../config/", import.meta.url));
const README = readFileSync(`${CONFIG}README.md`, "utf8");
const SAMPLES = readdirSync(CONFIG).filter((name) => name !== "README.md");

/** The commands that the README gives, by the sample they run; `edge` or the Node host. */
const COMMANDS = new Map(
  [...README.matchAll(/^npm run -s nuncio -- (edge )?-c config\/(\S+)/gm)].map(([, edge, name = ""]) => [
    name,
    edge === undefined ? "node" : "edge",
  ]),
);

function diagnosticsOf(name: string): readonly Diagnostic[] {
  const loaded = loadConfig(readFileSync(CONFIG + name), { file: name });
  const check = COMMANDS.get(name) === "edge" ? checkForEdge : checkConfig;
  return check(loaded, { lenient: false }).diagnostics;
}

describe("samples", () => {
  it("README.md of config/ has a section and a command for each, and for nothing else", ({ expect }) => {
    const sections = [...README.matchAll(/^## (\S+)$/gm)].map(([, name = ""]) => name);
    expect(sections.toSorted()).toEqual(SAMPLES.toSorted());
    expect([...COMMANDS.keys()].toSorted()).toEqual(SAMPLES.toSorted());
  });

  it.for(SAMPLES)("%s has no errors where it is to run", (name, { expect }) => {
    const errors = diagnosticsOf(name).filter(({ severity }) => severity === "error");
    expect(errors.map(renderDiagnostic)).toEqual([]);
  });
});
