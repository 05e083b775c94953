import { type LoadedConfig, loadConfig } from "../../shared/config/load.ts";
import { mergeConfig } from "../../shared/config/merge.ts";
import type { Bootstrap } from "../../shared/schema/envoy-types.ts";
import { loadConfigFile } from "./load-config-file.ts";
import type { RunOptions } from "./run-options.ts";

type ConfigOptions = Pick<RunOptions, "configPath" | "configYaml" | "serviceCluster" | "serviceNode">;

/** The configuration that the options name: the file, `--config-yaml` merged over it, and what they say about the node. */
export async function loadRunConfig(options: ConfigOptions): Promise<LoadedConfig> {
  const loaded = await loadSources(options);
  return { ...loaded, json: withNode(loaded.json, options) };
}

async function loadSources({ configPath, configYaml }: ConfigOptions): Promise<LoadedConfig> {
  const inline = { file: "--config-yaml", format: "yaml" } as const;
  if (configYaml === undefined) return loadConfigFile(configPath ?? "");
  if (configPath === undefined) return loadConfig(configYaml, inline);
  const base = await loadConfigFile(configPath, { partial: true });
  return mergeConfig(base, loadConfig(configYaml, { ...inline, partial: true }));
}

function withNode(bootstrap: Bootstrap, { serviceCluster, serviceNode }: ConfigOptions): Bootstrap {
  if (serviceCluster === undefined && serviceNode === undefined) return bootstrap;
  const cluster = serviceCluster === undefined ? {} : { cluster: serviceCluster };
  const id = serviceNode === undefined ? {} : { id: serviceNode };
  return { ...bootstrap, node: { ...bootstrap.node, ...id, ...cluster } };
}
