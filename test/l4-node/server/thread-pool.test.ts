import { describe, it } from "vitest";
import { ThreadPool } from "../../../l4-node/server/thread-pool.ts";
import type { ThreadConfig } from "../../../l4-node/threads/messages.ts";
import { MergedStats } from "../../../shared/stats/merged-stats.ts";
import { FakeTimers, RecordingLogger } from "../../support/fakes.ts";
import { type Behaviour, deaf, FakeThreads, willing } from "./fake-threads.ts";

function config(version: number): ThreadConfig {
  return { version, bootstrap: {}, binds: {}, resolutions: [] };
}

function poolOf(concurrency: number, behaviours: readonly Behaviour[] = []) {
  const fakes = new FakeThreads(behaviours);
  const timers = new FakeTimers();
  const logger = new RecordingLogger();
  let lost = 0;
  const pool = new ThreadPool({
    concurrency,
    setup: { logLevel: "info", drainTimeMs: 0 },
    spawn: fakes.spawn,
    timers,
    logger,
    stats: new MergedStats(),
    answerTimeoutMs: 1000,
    onThreadLost: () => {
      lost += 1;
    },
  });
  return { pool, fakes, timers, logger, lost: () => lost };
}

const refusing: Behaviour = (command) =>
  command.kind === "prepare"
    ? { kind: "refused", version: command.config.version, reason: "no such luck" }
    : willing(command);

const silent: Behaviour = () => undefined;

/** Lets everything happen that needs no time to pass. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}

describe("ThreadPool", () => {
  it("update commits on no thread before all have prepared", async ({ expect }) => {
    const { pool, fakes, timers } = poolOf(3);
    await pool.start();
    expect(await pool.update(() => config(1))).toEqual({ ok: true, value: undefined });
    expect(fakes.kinds()).toEqual([
      ["prepare", "commit"],
      ["prepare", "commit"],
      ["prepare", "commit"],
    ]);
    expect(timers.pending).toBe(0);
  });

  it("update changes no thread when one refuses", async ({ expect }) => {
    const { pool, fakes } = poolOf(3, [willing, refusing, willing]);
    await pool.start();
    expect(await pool.update(() => config(1))).toEqual({ ok: false, error: "no such luck" });
    expect(fakes.kinds()).toEqual([
      ["prepare", "abort"],
      ["prepare", "abort"],
      ["prepare", "abort"],
    ]);
  });

  it("update changes no thread when one is silent for too long", async ({ expect }) => {
    const { pool, fakes, timers } = poolOf(2, [willing, silent]);
    await pool.start();
    const update = pool.update(() => config(1));
    await settled();
    timers.advance(1000);
    expect(await update).toEqual({ ok: false, error: "worker_1 did not answer within 1000 ms" });
    expect(fakes.kinds()).toEqual([
      ["prepare", "abort"],
      ["prepare", "abort"],
    ]);
  });

  it("update changes no thread when one dies while preparing", async ({ expect }) => {
    const { pool, fakes } = poolOf(2, [willing, silent]);
    await pool.start();
    const update = pool.update(() => config(1));
    await settled();
    fakes.threads[1]?.events.onExit("out of memory");
    expect(await update).toEqual({ ok: false, error: "worker_1 ended: out of memory" });
    expect(fakes.kinds()[0]).toEqual(["prepare", "abort"]);
  });

  it("a thread that dies is replaced by one with the running configuration, and said to be", async ({ expect }) => {
    const { pool, fakes, logger, lost } = poolOf(2);
    await pool.start();
    await pool.update(() => config(7));
    fakes.threads[0]?.events.onExit("stack overflow");
    await settled();
    expect(fakes.threads).toHaveLength(3);
    expect(fakes.threads[2]?.commands).toEqual([
      { kind: "prepare", config: config(7) },
      { kind: "commit", version: 7 },
    ]);
    expect(lost()).toBe(1);
    expect(logger.events.map(({ event }) => event)).toEqual(["worker_thread_died", "worker_thread_replaced"]);
  });

  it("a replacement that refuses is ended and tried again later, ever more rarely", async ({ expect }) => {
    const { pool, fakes, timers } = poolOf(1, [willing, refusing, refusing, willing]);
    await pool.start();
    await pool.update(() => config(1));
    fakes.threads[0]?.events.onExit("gone");
    await settled();
    expect(fakes.kinds()[1]).toEqual(["prepare", "abort", "exit"]);
    timers.advance(500);
    await settled();
    expect(fakes.threads).toHaveLength(3);
    timers.advance(999);
    await settled();
    expect(fakes.threads).toHaveLength(3);
    timers.advance(1);
    await settled();
    expect(fakes.kinds()[3]).toEqual(["prepare", "commit"]);
    expect(timers.pending).toBe(0);
  });

  it("an update that comes while a thread is being replaced reaches the replacement", async ({ expect }) => {
    const { pool, fakes } = poolOf(1);
    await pool.start();
    await pool.update(() => config(1));
    fakes.threads[0]?.events.onExit("gone");
    await pool.update(() => config(2));
    expect(fakes.kinds()[1]).toEqual(["prepare", "commit", "prepare", "commit"]);
  });

  it("start fails with the reason when a thread does not come up", async ({ expect }) => {
    const { pool, fakes } = poolOf(2);
    const start = pool.start();
    fakes.threads[1]?.events.onExit("cannot allocate");
    expect(await start).toEqual({ ok: false, error: "worker_1 ended: cannot allocate" });
  });

  it("close lets threads end by themselves, and replaces none", async ({ expect }) => {
    const { pool, fakes, timers } = poolOf(2);
    await pool.start();
    await pool.update(() => config(1));
    await pool.close();
    await settled();
    expect(fakes.kinds()).toEqual([
      ["prepare", "commit", "exit"],
      ["prepare", "commit", "exit"],
    ]);
    expect(fakes.threads.map(({ terminated }) => terminated)).toEqual([false, false]);
    expect(timers.pending).toBe(0);
  });

  it("close ends a thread by force that does not end by itself", async ({ expect }) => {
    const { pool, fakes, timers } = poolOf(2, [willing, deaf]);
    await pool.start();
    const closed = pool.close();
    await settled();
    timers.advance(2000);
    await closed;
    expect(fakes.threads.map(({ terminated }) => terminated)).toEqual([false, true]);
  });
});
