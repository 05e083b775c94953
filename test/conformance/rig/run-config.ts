import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { AccessLogLines } from "./access-log-lines.ts";
import type { Backends } from "./backends.ts";
import type { Exchange } from "./exchange.ts";
import { ID_HEADER, type PlannedRequest } from "./planned-request.ts";
import { freePort } from "./free-port.ts";
import { send } from "./raw-client.ts";
import type { RigConfig } from "./rig-config.ts";
import type { Recordings } from "./scripted-backend.ts";
import type { RunningTarget, Target } from "./target.ts";

const CONCURRENT = 8;
const LOG_POLL_MS = 50;
const LOG_QUIET_MS = 600;
const LOG_SETTLED_MS = 150;

/** What became of each planned request at one proxy. */
export interface TargetRun {
  readonly listenerPort: number;
  readonly exchanges: readonly Exchange[];
}

/** A proxy, and a change to the configuration that it gets; the identity where none is planted. */
export interface Side {
  readonly target: Target;
  readonly alter: AlterConfig;
}

export type AlterConfig = (bootstrap: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;

/** Runs all requests against one proxy; rejects with `NotLoaded` when it refuses the configuration. */
export async function runConfig(
  { target, alter }: Side,
  config: RigConfig,
  requests: readonly PlannedRequest[],
  backends: Backends,
): Promise<TargetRun> {
  const listener = await freePort();
  const bootstrap = alter(config.bootstrap({ listener, backends: backends.ports }));
  const running = await target.start(await writeBootstrap(config.name, bootstrap), listener);
  try {
    const run = { target, running, recordings: backends.recordings };
    return { listenerPort: running.port, exchanges: await exchangeAll(run, config, requests) };
  } finally {
    await running.stop();
  }
}

interface Run {
  readonly target: Target;
  readonly running: RunningTarget;
  readonly recordings: Recordings;
}

/** The id of a request at a proxy; ids are of one length, so that what contains them is too. */
export function requestId(target: string, position: number): string {
  return `rig-${target.slice(0, 2)}-${String(position).padStart(5, "0")}`;
}

async function exchangeAll(run: Run, config: RigConfig, requests: readonly PlannedRequest[]): Promise<Exchange[]> {
  const answers: Exchange["answer"][] = [];
  let next = 0;
  const sendOnward = async (): Promise<void> => {
    for (let at = next++; at < requests.length; at = next++) answers[at] = await sendOne(run, requests, at);
  };
  const width = config.traffic.sequential ? 1 : CONCURRENT;
  await Promise.all(Array.from({ length: width }, sendOnward));
  const logs = await collectLogs(run, requests.length);
  return answers.map((answer, at) => {
    const id = requestId(run.target.name, at);
    return { answer, upstream: run.recordings.of(id), ...logs.of(id) };
  });
}

function sendOne(
  { target, running }: Run,
  requests: readonly PlannedRequest[],
  at: number,
): Promise<Exchange["answer"]> {
  const request = requests[at];
  if (request === undefined) throw new Error(`no request ${at}`);
  const identified = [...request.headers, [ID_HEADER, requestId(target.name, at)] as const, ...target.platformHeaders];
  return send(running.port, { ...request, headers: identified });
}

/** Access logs are written after the answer; they are complete when none came for a while, a shorter one if each request has a line. */
async function collectLogs({ target, running }: Run, expected: number): Promise<AccessLogLines> {
  const ids = new RegExp(`${requestId(target.name, 0).slice(0, -5)}\\d{5}`);
  let lines = new AccessLogLines(running.output, ids);
  for (let quietMs = 0; quietMs < (lines.count < expected ? LOG_QUIET_MS : LOG_SETTLED_MS); quietMs += LOG_POLL_MS) {
    const before = running.output.length;
    await delay(LOG_POLL_MS);
    if (running.output.length === before) continue;
    lines = new AccessLogLines(running.output, ids);
    quietMs = 0;
  }
  return lines;
}

async function writeBootstrap(name: string, bootstrap: object): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), "nuncio-rig-")), `${name}.json`);
  await writeFile(file, JSON.stringify(bootstrap, undefined, 1));
  return file;
}
