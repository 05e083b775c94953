import { describe, it } from "vitest";
import { startDrainPeriod } from "../../../l4-node/server/drain-period.ts";
import { FakeTimers } from "../../support/fakes.ts";

function drain(drainTimeMs: number, openConnections: () => number) {
  const timers = new FakeTimers();
  const draining = startDrainPeriod({ drainTimeMs, clock: timers.clock, timers, openConnections });
  let over = false;
  const done = draining.done.then(() => {
    over = true;
  });
  const isOver = async (): Promise<boolean> => {
    await Promise.resolve();
    await Promise.resolve();
    return over;
  };
  return { timers, draining, done, isOver };
}

describe("startDrainPeriod", () => {
  it("the period lasts the whole drain time while connections are open", async ({ expect }) => {
    const { timers, isOver } = drain(60_000, () => 1);
    timers.advance(59_999);
    expect(await isOver()).toBe(false);
    timers.advance(1);
    expect(await isOver()).toBe(true);
    expect(timers.pending).toBe(0);
  });

  it("the period ends sooner once no connection has been open for five seconds", async ({ expect }) => {
    let open = 1;
    const { timers, isOver } = drain(600_000, () => open);
    timers.advance(20_000);
    open = 0;
    timers.advance(4_750);
    expect(await isOver()).toBe(false);
    timers.advance(500);
    expect(await isOver()).toBe(true);
  });

  it("the period of a short drain time is not cut by quiet", async ({ expect }) => {
    const { timers, isOver } = drain(2000, () => 0);
    timers.advance(1999);
    expect(await isOver()).toBe(false);
    timers.advance(1);
    expect(await isOver()).toBe(true);
  });

  it("cutShort ends it at once and leaves no timer", async ({ expect }) => {
    const { timers, draining, done } = drain(600_000, () => 1);
    draining.cutShort();
    await done;
    expect(timers.pending).toBe(0);
  });

  it("a drain time of 0 is over at once", async ({ expect }) => {
    expect(await drain(0, () => 9).isOver()).toBe(true);
  });
});
