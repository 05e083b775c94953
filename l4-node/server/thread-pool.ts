import { ok, type Result } from "../../shared/base/result.ts";
import type { Logger } from "../../shared/host/logger.ts";
import type { Cancel, Timers } from "../../shared/host/timers.ts";
import type { HostOfCluster } from "../../shared/proxy/admin/cluster-status.ts";
import type { MergedStats } from "../../shared/stats/merged-stats.ts";
import type { ThreadCommand, ThreadConfig, ThreadReport, ThreadSetup } from "../threads/messages.ts";
import type { SpawnThread } from "./thread-link.ts";
import { ThreadMember } from "./thread-member.ts";
import { updateInTwoPhases } from "./two-phase-update.ts";

export interface ThreadPoolOptions {
  readonly concurrency: number;
  /** What each thread is told, apart from its name. */
  readonly setup: Omit<ThreadSetup, "name">;
  readonly spawn: SpawnThread;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly stats: MergedStats;
  /** How long a thread may take to come up, or to acknowledge a phase of an update. */
  readonly answerTimeoutMs: number;
  /** Counts a thread that died and is to be replaced. */
  onThreadLost(): void;
}

/** What a configuration is to a thread; it differs by thread in where it binds. */
export type ConfigForThread = (index: number) => ThreadConfig;

/** A thread that cannot be replaced at once is tried again, less and less often up to this. */
const MAX_RESPAWN_DELAY_MS = 30_000;
const FIRST_RESPAWN_DELAY_MS = 500;
/** How long a thread has to end by itself. */
const EXIT_TIME_MS = 2000;

/** The worker threads: as many as were asked for, all with the same configuration, each replaced should it die. */
export class ThreadPool {
  readonly #options: ThreadPoolOptions;
  readonly #members: ThreadMember[] = [];
  /** Came up. One that dies before has whoever waits for it to look after the failure. */
  readonly #established = new Set<ThreadMember>();
  readonly #respawns = new Set<Cancel>();
  #spawned = 0;
  #asked = 0;
  #configFor: ConfigForThread | undefined;
  #closing = false;
  /** Updates and replacements, one at a time: a thread that is replaced must not miss an update. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: ThreadPoolOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#members.length;
  }

  /** Starts all threads; fails when one of them does not come up. */
  async start(): Promise<Result<void, string>> {
    const { concurrency, answerTimeoutMs } = this.#options;
    for (let index = 0; index < concurrency; index++) this.#members.push(this.#spawn(index));
    const outcomes = await Promise.all(this.#members.map((member) => online(member, answerTimeoutMs)));
    for (const member of this.#members) this.#established.add(member);
    return outcomes.find((outcome) => !outcome.ok) ?? ok(undefined);
  }

  /** Brings a configuration to all threads or to none (`two-phase-update.ts`). */
  update(configFor: ConfigForThread): Promise<Result<void, string>> {
    return this.#inTurn(async () => {
      const outcome = await updateInTwoPhases({
        members: this.#members,
        configFor: (member) => configFor(member.index),
        timeoutMs: this.#options.answerTimeoutMs,
      });
      if (outcome.ok) this.#configFor = configFor;
      return outcome;
    });
  }

  broadcast(command: ThreadCommand): void {
    for (const member of this.#members) member.post(command);
  }

  /** What each thread knows of the hosts; a thread that does not answer in time is left out. */
  async hosts(): Promise<readonly HostOfCluster[]> {
    const request = ++this.#asked;
    const isAnswer = (report: ThreadReport): boolean => report.kind === "hosts" && report.request === request;
    const ask = (member: ThreadMember): Promise<Result<ThreadReport, string>> =>
      member.ask({ kind: "report_hosts", request }, isAnswer, this.#options.answerTimeoutMs);
    const answers = await Promise.all(this.#members.map(ask));
    return answers.flatMap((answer) => (answer.ok && answer.value.kind === "hosts" ? answer.value.hosts : []));
  }

  /** Ends all connections; resolves when no thread has one left, or after `timeoutMs`. */
  async closeConnections(mode: "flush" | "abort", timeoutMs: number): Promise<void> {
    const isAnswer = (report: ThreadReport): boolean => report.kind === "idle";
    const ask = (member: ThreadMember): Promise<unknown> =>
      member.ask({ kind: "close_connections", mode }, isAnswer, timeoutMs);
    await Promise.all(this.#members.map(ask));
  }

  /** Ends all threads; what is open is reset. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const cancel of this.#respawns) cancel();
    await Promise.all(this.#members.map((member) => member.end(EXIT_TIME_MS)));
  }

  #spawn(index: number): ThreadMember {
    const { setup, spawn, timers, stats } = this.#options;
    const id = `${index}.${this.#spawned++}`;
    stats.addThread(id);
    return new ThreadMember({
      index,
      id,
      setup: { ...setup, name: threadName(index) },
      spawn,
      timers,
      onReport: (member, report) => this.#onReport(member, report),
      onExit: (member, reason) => this.#onExit(member, reason),
    });
  }

  #onReport(member: ThreadMember, report: ThreadReport): void {
    if (report.kind === "stats") this.#options.stats.apply(member.id, report.events);
  }

  #onExit(member: ThreadMember, reason: string): void {
    this.#options.stats.removeThread(member.id, { keepCounters: true });
    const wasUp = this.#established.delete(member);
    // Before the first configuration nobody is served: the start fails as a whole, and says why.
    if (!wasUp || this.#closing || this.#configFor === undefined) return;
    this.#options.onThreadLost();
    this.#options.logger.log("error", "worker_thread_died", { thread: member.name, reason });
    void this.#inTurn(() => this.#replace(member.index, FIRST_RESPAWN_DELAY_MS));
  }

  async #replace(index: number, retryDelayMs: number): Promise<void> {
    if (this.#closing) return;
    const member = this.#spawn(index);
    this.#members[index] = member;
    const outcome = await this.#bringUp(member);
    if (outcome.ok) {
      this.#established.add(member);
      this.#options.logger.log("info", "worker_thread_replaced", { thread: threadName(index) });
      return;
    }
    await member.end(EXIT_TIME_MS);
    this.#options.logger.log("error", "worker_thread_not_replaced", { reason: outcome.error, retryDelayMs });
    const cancel = this.#options.timers.after(retryDelayMs, 0, () => {
      this.#respawns.delete(cancel);
      void this.#inTurn(() => this.#replace(index, Math.min(retryDelayMs * 2, MAX_RESPAWN_DELAY_MS)));
    });
    this.#respawns.add(cancel);
  }

  async #bringUp(member: ThreadMember): Promise<Result<void, string>> {
    const { answerTimeoutMs } = this.#options;
    const up = await online(member, answerTimeoutMs);
    const configFor = this.#configFor;
    if (!up.ok || configFor === undefined) return up;
    return updateInTwoPhases({
      members: [member],
      configFor: () => configFor(member.index),
      timeoutMs: answerTimeoutMs,
    });
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(task);
    this.#turn = turn.catch(() => {});
    return turn;
  }
}

async function online(member: ThreadMember, timeoutMs: number): Promise<Result<void, string>> {
  const answer = await member.ask(undefined, (report) => report.kind === "online", timeoutMs);
  return answer.ok ? ok(undefined) : answer;
}

/** As Envoy names threads in statistics. */
function threadName(index: number): string {
  return `worker_${index}`;
}
