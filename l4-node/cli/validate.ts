import { parseArgs } from "node:util";
import { checkSupport, type SupportReport } from "../../shared/config/check-support.ts";
import type { LoadedConfig } from "../../shared/config/load.ts";
import { DiagnosticCollector, hasErrors } from "../../shared/diagnostics/collector.ts";
import type { Target } from "../../shared/host/capabilities.ts";
import { lintSplitChanges } from "../../shared/lint/split-changes.ts";
import { ALL_SUPPORT } from "../../shared/proxy/support.ts";
import { findRouteConfigs } from "../../shared/route-check/find-route-configs.ts";
import { checkConfig } from "../server/check-config.ts";
import { loadConfigFile } from "./load-config-file.ts";
import { printDiagnostics } from "./print-diagnostics.ts";

export const VALIDATE_USAGE = `usage: nuncio validate -c FILE [--target edge|node] [--lenient] [--previous OLD]

Says everything there is to say about a configuration: what is wrong, what is not supported, what is different here.
  -c, --config-path FILE  bootstrap as .yaml, .json or .pb
  --target edge|node      where it is to run (default node)
  --lenient               accept unsupported fields without effect
  --previous OLD          the version that runs: warn of sticky splits that would move users back or sideways
  --allow-inline-secrets  as nuncio build: private keys in the file are no error for the edge`;

interface ValidateOptions {
  readonly file: string;
  readonly target: Target;
  readonly lenient: boolean;
  readonly allowInlineSecrets: boolean;
  readonly previous: string | undefined;
}

/** `nuncio validate`: exit code 0 when the configuration would start, else 1. */
export async function runValidate(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === undefined) {
    console.error(VALIDATE_USAGE);
    return 1;
  }
  const loaded = await loadConfigFile(options.file);
  if (options.previous !== undefined && !(await compareSplits(loaded, options.previous))) return 1;
  if (options.target === "node") return validateForNode(loaded, options);
  const { compileForEdge } = await import("./compile-for-edge.ts");
  const compiled = await compileForEdge(options);
  return conclude(loaded, options, compiled !== undefined);
}

/** Route configurations are the same if they have the same name; unnamed ones, if they have the same place among all. */
async function compareSplits(loaded: LoadedConfig, previous: string): Promise<boolean> {
  const old = await loadConfigFile(previous);
  if (hasErrors(old.diagnostics)) {
    printDiagnostics(old.diagnostics);
    return false;
  }
  const before = findRouteConfigs(old.json);
  const collector = new DiagnosticCollector(loaded.positions);
  for (const [at, { config, path }] of findRouteConfigs(loaded.json).entries()) {
    const same = before.find((other) => other.config.name === config.name) ?? before[at];
    if (same !== undefined) lintSplitChanges(same.config, config, path, collector);
  }
  printDiagnostics(collector.diagnostics);
  return true;
}

/** Also what `nuncio run --mode validate` does. */
export function validateForNode(loaded: LoadedConfig, options: { readonly lenient: boolean }): number {
  const { diagnostics, checked } = checkConfig(loaded, options);
  printDiagnostics(diagnostics);
  return conclude(loaded, { ...options, target: "node" }, checked !== undefined);
}

function conclude(loaded: LoadedConfig, options: Pick<ValidateOptions, "lenient" | "target">, isFit: boolean): number {
  const report = checkSupport(loaded.json, { ...options, tables: ALL_SUPPORT }, new DiagnosticCollector());
  console.log(renderReport(report));
  console.log(isFit ? `configuration OK for ${options.target}` : `configuration refused for ${options.target}`);
  return isFit ? 0 : 1;
}

function renderReport({ supported, approximated, ignored, unsupported }: SupportReport): string {
  return `fields set: ${supported} supported, ${approximated} approximated, ${ignored} ignored, ${unsupported} unsupported`;
}

function parseOptions(args: readonly string[]): ValidateOptions | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        "config-path": { type: "string", short: "c" },
        target: { type: "string", default: "node" },
        lenient: { type: "boolean", default: false },
        "allow-inline-secrets": { type: "boolean", default: false },
        previous: { type: "string" },
      },
    });
    const { target, lenient, previous, "config-path": file, "allow-inline-secrets": allowInlineSecrets } = values;
    if (file === undefined || (target !== "edge" && target !== "node")) return undefined;
    return { file, target, lenient, allowInlineSecrets, previous };
  } catch (error) {
    console.error(`nuncio validate: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
