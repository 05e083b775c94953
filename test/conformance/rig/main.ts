// `npm run conformance -- --envoy PROGRAM`: the same configurations and requests to a real Envoy and to Nuncio; see docs/conformance.md.
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { Backends } from "./backends.ts";
import { compareConfig, type ConfigResult } from "./compare-config.ts";
import { edgeTarget } from "./edge-target.ts";
import { envoyTarget } from "./envoy-target.ts";
import { KNOWN_DIFFERENCES } from "./known-differences.ts";
import { loadRigConfig, rigConfigNames } from "./rig-config.ts";
import { type Report, reportOf } from "./report.ts";
import { requestCounts } from "./request-counts.ts";
import { PLANTED, type Planted } from "./planted.ts";
import type { AlterConfig, Side } from "./run-config.ts";
import type { Target } from "./target.ts";

const TARGETS: Readonly<Record<string, Target>> = { edge: edgeTarget };
const PLANTED_REQUESTS = 60;
const AS_IT_IS: AlterConfig = (bootstrap) => bootstrap;

interface Options {
  readonly envoy: string;
  readonly target: Target;
  readonly requests: number;
  readonly planted: readonly Planted[];
  readonly seed: number;
  readonly configs: readonly string[];
}

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (!isProgram(options.envoy)) {
    print(`conformance: no program '${options.envoy}': nothing is compared`);
    return 0;
  }
  return options.planted.length > 0 ? comparePlanted(options) : compareConfigs(options);
}

async function compareConfigs(options: Options): Promise<number> {
  const report = await compareAll(options, AS_IT_IS);
  print(report.text);
  return report.unexplained.size === 0 ? 0 : 1;
}

/** Each planted difference must be found under its name; ends with 1 as for any difference, with 2 where one went unseen. */
async function comparePlanted(options: Options): Promise<number> {
  let code = 1;
  for (const { name, config, kind, alter } of options.planted) {
    const report = await compareAll({ ...options, configs: [config], requests: PLANTED_REQUESTS }, alter);
    const found = report.unexplained.has(kind);
    print(`planted ${name} in ${config}: ${found ? `reported as ${kind}` : `NOT reported as ${kind}`}`);
    if (options.planted.length === 1) print(report.text);
    if (!found) code = 2;
  }
  return code;
}

function plantedOf(name: string | undefined): readonly Planted[] {
  if (name === undefined) return [];
  const planted = PLANTED.filter((one) => name === "all" || one.name === name);
  if (planted.length > 0) return planted;
  throw new Error(`nothing planted is called '${name}'; there is all, ${PLANTED.map((one) => one.name).join(", ")}`);
}

function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      envoy: { type: "string", default: "envoy" },
      target: { type: "string", default: "edge" },
      requests: { type: "string", default: "10000" },
      seed: { type: "string", default: "1" },
      planted: { type: "string" },
      config: { type: "string", multiple: true },
    },
  });
  const target = TARGETS[values.target];
  if (target === undefined)
    throw new Error(`no target '${values.target}'; there is ${Object.keys(TARGETS).join(", ")}`);
  return {
    envoy: values.envoy,
    target,
    requests: Number(values.requests),
    planted: plantedOf(values.planted),
    seed: Number(values.seed),
    configs: values.config ?? rigConfigNames(),
  };
}

async function compareAll(options: Options, alter: AlterConfig): Promise<Report> {
  const configs = options.configs.map(loadRigConfig);
  const counts = requestCounts(configs, options.requests);
  const backends = await Backends.start();
  const envoy: Side = { target: envoyTarget(options.envoy), alter: AS_IT_IS };
  const nuncio: Side = { target: options.target, alter };
  const results: ConfigResult[] = [];
  for (const [at, config] of configs.entries()) {
    const result = await compareConfig({ envoy, nuncio, backends, seed: options.seed }, config, counts[at] ?? 0);
    print(`${config.name}: ${result.requests} requests, ${result.findings.length} differences`);
    results.push(result);
  }
  await backends.stop();
  return reportOf(results, KNOWN_DIFFERENCES[options.target.name] ?? []);
}

function isProgram(name: string): boolean {
  return spawnSync(name, ["--version"], { stdio: "ignore" }).error === undefined;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
