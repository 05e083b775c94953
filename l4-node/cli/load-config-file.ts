import { readFile } from "node:fs/promises";
import { ConfigPath } from "../../shared/diagnostics/config-path.ts";
import { type LoadedConfig, loadConfig } from "../../shared/config/load.ts";

/** Reads and checks a bootstrap file against Envoy's schema; a file that cannot be read gives one error, too. */
export async function loadConfigFile(
  file: string,
  options: { readonly partial?: boolean } = {},
): Promise<LoadedConfig> {
  try {
    return loadConfig(await readFile(file), { file, ...options });
  } catch (error) {
    return unreadable(error instanceof Error ? error.message : String(error));
  }
}

function unreadable(reason: string): LoadedConfig {
  const message = `cannot read the configuration: ${reason}`;
  return {
    json: {},
    positions: { find: () => undefined },
    secretPaths: new Set(),
    diagnostics: [{ severity: "error", code: "config.unreadable", path: ConfigPath.root, message }],
  };
}
