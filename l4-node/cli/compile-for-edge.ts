import { createHash } from "node:crypto";
import { BOOTSTRAP, redact } from "../../shared/config/load.ts";
import { COMPILED_CONFIG_FORMAT, type CompiledConfig } from "../../shared/proxy/compiled-config.ts";
import type { Bootstrap } from "../../shared/schema/envoy-types.ts";
import type { JsonObject } from "../../shared/schema/json-value.ts";
import { toProtoNames } from "../../shared/schema/proto-names.ts";
import { checkForEdge, type EdgeCheckOptions } from "./check-for-edge.ts";
import { loadConfigFile } from "./load-config-file.ts";
import { printDiagnostics } from "./print-diagnostics.ts";

export interface CompileForEdgeOptions extends EdgeCheckOptions {
  readonly file: string;
}

/**
 * Reads a configuration and checks everything that the Worker would check, so that a deployment fails here and never there.
 * Diagnostics go to stderr. Gives the text of a {@link CompiledConfig}, or `undefined` after an error.
 */
export async function compileForEdge({ file, ...options }: CompileForEdgeOptions): Promise<string | undefined> {
  const loaded = await loadConfigFile(file);
  const { diagnostics, bootstrap } = checkForEdge(loaded, options);
  printDiagnostics(diagnostics);
  return bootstrap === undefined ? undefined : renderCompiledConfig(bootstrap, loaded.secretPaths);
}

function renderCompiledConfig(bootstrap: Bootstrap, secretPaths: ReadonlySet<string>): string {
  // A bootstrap is JSON; its type only names the fields.
  const shown = redact(bootstrap, secretPaths) as JsonObject;
  const compiled: CompiledConfig = {
    format: COMPILED_CONFIG_FORMAT,
    hash: createHash("sha256").update(JSON.stringify(bootstrap)).digest("hex"),
    bootstrap,
    dump: JSON.stringify(toProtoNames(shown, BOOTSTRAP)),
  };
  return JSON.stringify(compiled);
}
