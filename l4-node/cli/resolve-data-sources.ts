import { readFile } from "node:fs/promises";
import type { LoadedConfig } from "../../shared/config/load.ts";
import { BOOTSTRAP } from "../../shared/config/load.ts";
import type { ConfigPath } from "../../shared/diagnostics/config-path.ts";
import type { DiagnosticSink } from "../../shared/diagnostics/diagnostic.ts";
import type { Bootstrap, DataSource } from "../../shared/schema/envoy-types.ts";
import { isJsonObject, type JsonValue } from "../../shared/schema/json-value.ts";
import { pathSteps } from "../../shared/schema/source-positions.ts";
import { visitMessages } from "../../shared/schema/visit.ts";

const DATA_SOURCE = "envoy.config.core.v3.DataSource";

interface FoundSource {
  readonly path: ConfigPath;
  readonly key: "filename" | "environmentVariable";
  readonly name: string;
}

/**
 * The bootstrap with what its data sources name in their place: a Worker has neither files nor this environment. What holds a
 * secret is left as it is, so that no private key gets into a bundle unasked. File names are relative to the working
 * directory, as in Envoy.
 */
export async function resolveDataSources(loaded: LoadedConfig, diagnostics: DiagnosticSink): Promise<Bootstrap> {
  const resolved = structuredClone(loaded.json);
  for (const source of findSources(loaded)) {
    const content = await readSource(source, diagnostics);
    if (content !== undefined) replace(resolved, pathSteps(source.path), content);
  }
  return resolved;
}

function findSources({ json, secretPaths }: LoadedConfig): readonly FoundSource[] {
  const found: FoundSource[] = [];
  visitMessages(json, BOOTSTRAP, {
    field(message, key, name, path) {
      const isSource = message === DATA_SOURCE && (key === "filename" || key === "environmentVariable");
      if (!isSource || typeof name !== "string" || path.parent === undefined) return true;
      if (!secretPaths.has(path.pointer())) found.push({ path: path.parent, key, name });
      return true;
    },
  });
  return found;
}

async function readSource(
  { path, key, name }: FoundSource,
  diagnostics: DiagnosticSink,
): Promise<DataSource | undefined> {
  const at = path.field(key);
  if (key === "environmentVariable") {
    const value = process.env[name];
    if (value === undefined) diagnostics.error(at, "config.data_source", `environment variable ${name} is not set`);
    return value === undefined ? undefined : { inlineString: value };
  }
  try {
    return inline(await readFile(name));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    diagnostics.error(at, "config.data_source", `cannot read the file: ${reason}`);
    return undefined;
  }
}

/** Text stays readable in the compiled configuration; other bytes travel as base64. */
function inline(content: Buffer): DataSource {
  const text = content.toString("utf8");
  const isText = Buffer.from(text, "utf8").equals(content);
  return isText ? { inlineString: text } : { inlineBytes: content.toString("base64") };
}

function replace(root: unknown, steps: readonly string[], value: DataSource): void {
  const parent = steps.slice(0, -1).reduce(childOf, root);
  const last = steps.at(-1) ?? "";
  if (Array.isArray(parent)) parent[Number(last)] = value;
  else if (isWritable(parent)) parent[last] = value;
}

function childOf(value: unknown, step: string): unknown {
  if (Array.isArray(value)) return value[Number(step)];
  return isJsonObject(value) ? value[step] : undefined;
}

/** The clone is ours: what its type calls read-only is not. */
function isWritable(value: unknown): value is Record<string, JsonValue | DataSource> {
  return isJsonObject(value);
}
