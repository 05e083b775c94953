import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { err, ok, type Result } from "../../shared/base/result.ts";
import type { LogLevel } from "../../shared/host/logger.ts";
import { parseLogLevel } from "../host/stderr-logger.ts";

/** What `nuncio run` was asked to do; the names and defaults are those of Envoy's command line. */
export interface RunOptions {
  readonly configPath: string | undefined;
  readonly configYaml: string | undefined;
  readonly mode: "serve" | "validate";
  readonly concurrency: number;
  readonly adminAddressPath: string | undefined;
  readonly logLevel: LogLevel;
  readonly drainTimeMs: number;
  readonly serviceCluster: string | undefined;
  readonly serviceNode: string | undefined;
  readonly lenient: boolean;
}

export const RUN_USAGE = `usage: nuncio [run] -c FILE [options]

Runs the Node host: listens as the configuration says, and reloads when the file changes or on SIGHUP. SIGTERM drains.
When all listeners are bound it prints one line: nuncio: ready listener NAME on ADDRESS[, ...] [admin ADDRESS]
  -c, --config-path FILE      bootstrap as .yaml, .json or .pb
  --config-yaml YAML          YAML that is merged over the file
  --mode serve|validate       validate only checks the configuration (default serve)
  --concurrency N             worker threads (default: one for each core)
  --admin-address-path FILE   where to write the admin listener's address
  -l, --log-level LEVEL       trace|debug|info|warning|error|critical|off (default info)
  --drain-time-s N            how long SIGTERM and changed listeners let connections go on (default 600)
  --service-cluster NAME      overrides node.cluster
  --service-node NAME         overrides node.id
  --lenient                   accept unsupported fields without effect`;

const DEFAULT_DRAIN_TIME_S = 600;
const MAX_CONCURRENCY = 1024;

/** Reads the arguments; the error is one line for people. */
export function parseRunOptions(args: readonly string[]): Result<RunOptions, string> {
  const values = parseValues(args);
  if (!values.ok) return values;
  const given = values.value;
  const mode = given.mode;
  if (mode !== "serve" && mode !== "validate") return err(`--mode: expected serve or validate, got "${mode}"`);
  if (given["config-path"] === undefined && given["config-yaml"] === undefined) {
    return err("at least one of --config-path and --config-yaml is needed");
  }
  const logLevel = parseLogLevel(given["log-level"]);
  if (logLevel === undefined) return err(`--log-level: unknown level "${given["log-level"]}"`);
  const concurrency = wholeNumber(given.concurrency, { min: 1, max: MAX_CONCURRENCY });
  if (concurrency === undefined)
    return err(`--concurrency: expected 1 to ${MAX_CONCURRENCY}, got "${given.concurrency}"`);
  const drainTimeS = wholeNumber(given["drain-time-s"], { min: 0, max: 86_400 });
  if (drainTimeS === undefined) return err(`--drain-time-s: expected 0 to 86400, got "${given["drain-time-s"]}"`);
  return ok({
    configPath: given["config-path"],
    configYaml: given["config-yaml"],
    mode,
    concurrency,
    adminAddressPath: given["admin-address-path"],
    logLevel,
    drainTimeMs: drainTimeS * 1000,
    serviceCluster: given["service-cluster"],
    serviceNode: given["service-node"],
    lenient: given.lenient,
  });
}

type Values = ReturnType<typeof parseArgs<{ args: string[]; options: typeof OPTIONS }>>["values"];

const OPTIONS = {
  "config-path": { type: "string", short: "c" },
  "config-yaml": { type: "string" },
  mode: { type: "string", default: "serve" },
  concurrency: { type: "string", default: String(availableParallelism()) },
  "admin-address-path": { type: "string" },
  "log-level": { type: "string", short: "l", default: "info" },
  "drain-time-s": { type: "string", default: String(DEFAULT_DRAIN_TIME_S) },
  "service-cluster": { type: "string" },
  "service-node": { type: "string" },
  lenient: { type: "boolean", default: false },
} as const;

function parseValues(args: readonly string[]): Result<Values, string> {
  try {
    return ok(parseArgs({ args: [...args], options: OPTIONS }).values);
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}

function wholeNumber(text: string, range: { readonly min: number; readonly max: number }): number | undefined {
  const value = Number(text);
  return /^\d+$/.test(text) && value >= range.min && value <= range.max ? value : undefined;
}
