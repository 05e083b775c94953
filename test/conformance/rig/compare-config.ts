import type { Backends } from "./backends.ts";
import { compareExchanges } from "./compare-exchanges.ts";
import type { Difference } from "./difference.ts";
import type { Exchange } from "./exchange.ts";
import type { Finding } from "./known-differences.ts";
import { normaliseExchange } from "./normalise-exchange.ts";
import { type PlannedRequest, planRequests } from "./planned-request.ts";
import type { RigConfig } from "./rig-config.ts";
import { requestId, runConfig, type Side, type TargetRun } from "./run-config.ts";
import { NotLoaded } from "./target.ts";

export interface ConfigResult {
  readonly name: string;
  readonly requests: number;
  readonly findings: readonly Finding[];
}

export interface Comparison {
  readonly envoy: Side;
  readonly nuncio: Side;
  readonly backends: Backends;
  readonly seed: number;
}

/** Sends the same requests to both sides and gives every difference. */
export async function compareConfig(comparison: Comparison, config: RigConfig, count: number): Promise<ConfigResult> {
  const { envoy, nuncio, backends, seed } = comparison;
  const requests = planRequests(config.name, config.traffic, count, seed);
  backends.recordings.clear();
  const [reference, own] = await Promise.all(
    [envoy, nuncio].map((side) => runOrRefusal(side, config, requests, backends)),
  );
  if (reference === undefined || own === undefined) throw new Error("two sides were run");
  const first = requests[0];
  if (first === undefined) return { name: config.name, requests: 0, findings: [] };
  if (reference instanceof NotLoaded || own instanceof NotLoaded) return refused(config.name, first, [reference, own]);
  const pairs = requests.map((request, at) => pairOf(request, at, [reference, own], config));
  const findings = pairs.flatMap((pair) => findingsOf(config.name, pair));
  const balance = balanceOf(config, reference, own).map((difference) => findingOf(difference, config.name, first));
  return { name: config.name, requests: requests.length, findings: [...findings, ...balance] };

  function pairOf(request: PlannedRequest, at: number, runs: readonly [TargetRun, TargetRun], one: RigConfig): Pair {
    const normalised = (side: Side, run: TargetRun): Exchange => normalisedAt(side.target.name, run, at, one);
    return { request, envoy: normalised(envoy, runs[0]), nuncio: normalised(nuncio, runs[1]) };
  }
}

interface Pair {
  readonly request: PlannedRequest;
  readonly envoy: Exchange;
  readonly nuncio: Exchange;
}

async function runOrRefusal(
  side: Side,
  config: RigConfig,
  requests: readonly PlannedRequest[],
  backends: Backends,
): Promise<TargetRun | NotLoaded> {
  try {
    return await runConfig(side, config, requests, backends);
  } catch (error) {
    if (error instanceof NotLoaded) return error;
    throw error;
  }
}

/** Standard deviations of a share; of 50 comparisons none should fail by chance. */
const DEVIATIONS = 4;
const NOTHING: Exchange = { answer: { kind: "broken", how: "silent" }, upstream: [], log: undefined, ownLog: [] };

function refused(config: string, request: PlannedRequest, sides: readonly (TargetRun | NotLoaded)[]): ConfigResult {
  const [envoy = "", nuncio = ""] = sides.map((side) =>
    side instanceof NotLoaded ? `not loaded: ${side.message}` : "loaded",
  );
  const difference: Difference = { kind: "not-loaded", name: "", envoy, nuncio };
  return { name: config, requests: 0, findings: [findingOf(difference, config, request)] };
}

function findingOf(difference: Difference, config: string, request: PlannedRequest): Finding {
  return { difference, config, request, envoy: NOTHING, nuncio: NOTHING };
}

function normalisedAt(target: string, run: TargetRun, at: number, config: RigConfig): Exchange {
  const options = { id: requestId(target, at), listenerPort: run.listenerPort, balanced: config.traffic.balanced };
  return normaliseExchange(run.exchanges[at] ?? NOTHING, options);
}

function findingsOf(config: string, { request, envoy, nuncio }: Pair): readonly Finding[] {
  return compareExchanges(envoy, nuncio).map((difference) => ({ difference, config, request, envoy, nuncio }));
}

/** Each balanced backend must get the same share of requests on both sides, as far as two random samples of that size agree. */
function balanceOf({ traffic }: RigConfig, envoy: TargetRun, nuncio: TargetRun): readonly Difference[] {
  const tolerance = DEVIATIONS * Math.sqrt(0.5 / envoy.exchanges.length);
  return traffic.balanced.flatMap((name) => {
    const [left, right] = [shareOf(name, traffic.balanced, envoy), shareOf(name, traffic.balanced, nuncio)];
    if (Math.abs(left - right) <= tolerance) return [];
    return [{ kind: "balance", name, envoy: left.toFixed(2), nuncio: right.toFixed(2) } as const];
  });
}

function shareOf(name: string, balanced: readonly string[], run: TargetRun): number {
  const picked = run.exchanges.flatMap(({ upstream }) => upstream.map(({ backend }) => backend));
  const relevant = picked.filter((backend) => balanced.includes(backend));
  return relevant.length === 0 ? 0 : relevant.filter((backend) => backend === name).length / relevant.length;
}
