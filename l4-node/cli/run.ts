import { writeFile } from "node:fs/promises";
import { StderrLogger } from "../host/stderr-logger.ts";
import { renderBindAddress } from "../listener/bind-address.ts";
import { ServerError } from "../server/server-error.ts";
import { startServer } from "../server/start-server.ts";
import type { Server, UpdateOutcome } from "../server/server.ts";
import { loadRunConfig } from "./load-run-config.ts";
import { printDiagnostics } from "./print-diagnostics.ts";
import { readyLine } from "./ready-line.ts";
import { watchForReload } from "./reload-on-change.ts";
import { parseRunOptions, RUN_USAGE, type RunOptions } from "./run-options.ts";
import { validateForNode } from "./validate.ts";

/** `nuncio run`: serves until a signal ends it; the exit code is 0 after a drain and 1 when it could not start. */
export async function runServer(args: readonly string[]): Promise<number> {
  const parsed = parseRunOptions(args);
  if (!parsed.ok) {
    console.error(`nuncio run: ${parsed.error}\n\n${RUN_USAGE}`);
    return 1;
  }
  const options = parsed.value;
  if (options.mode === "validate") return validateForNode(await loadRunConfig(options), options);
  const reloading = watchForReload(options.configPath);
  const server = await start(options);
  if (server === undefined) {
    reloading.stop();
    return 1;
  }
  reloading.begin(async () => report(await server.update(await loadRunConfig(options))));
  drainOnSignal(server);
  // Last: whoever reads the ready line may send a signal or change the file at once.
  await announce(server, options);
  await server.ended;
  reloading.stop();
  return 0;
}

async function start(options: RunOptions): Promise<Server | undefined> {
  try {
    return await startServer({
      config: await loadRunConfig(options),
      concurrency: options.concurrency,
      drainTimeMs: options.drainTimeMs,
      lenient: options.lenient,
      logLevel: options.logLevel,
      logger: new StderrLogger(options.logLevel),
      commandLineOptions: commandLineOptions(options),
    });
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    printDiagnostics(error.diagnostics);
    console.error(`nuncio: cannot start: ${error.message}`);
    return undefined;
  }
}

async function announce(server: Server, options: RunOptions): Promise<void> {
  printDiagnostics(server.diagnostics);
  const { adminAddressPath } = options;
  if (adminAddressPath !== undefined && server.adminAddress !== undefined) {
    await writeFile(adminAddressPath, renderBindAddress(server.adminAddress));
  }
  console.error(readyLine(server));
}

function report(outcome: UpdateOutcome): void {
  printDiagnostics(outcome.diagnostics);
  switch (outcome.kind) {
    case "applied":
      return console.error("nuncio: configuration updated");
    case "unchanged":
      return console.error("nuncio: configuration unchanged");
    case "refused":
      return console.error(`nuncio: configuration refused, the old one stays: ${outcome.reason}`);
  }
}

/** A second signal cuts the drain period short. */
function drainOnSignal(server: Server): void {
  const drain = (): void => void server.drain();
  process.on("SIGINT", drain);
  process.on("SIGTERM", drain);
}

function commandLineOptions(options: RunOptions): Record<string, string | number> {
  const { configPath, configYaml, serviceCluster, serviceNode } = options;
  const given = {
    config_path: configPath,
    config_yaml: configYaml,
    service_cluster: serviceCluster,
    service_node: serviceNode,
  };
  return {
    concurrency: options.concurrency,
    log_level: options.logLevel,
    drain_time: `${options.drainTimeMs / 1000}s`,
    ...Object.fromEntries(
      Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
  };
}
