import { afterEach, beforeEach, describe, it, vi } from "vitest";
import { COARSE_TICK_MS, CoarseTimers } from "../../../l4-node/host/coarse-timers.ts";
import { FakeClock, SeededRandom } from "../../support/fakes.ts";

const SLACK_MS = 1000;

describe("CoarseTimers", () => {
  const clock = { current: new FakeClock() };

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    clock.current = new FakeClock();
    clock.current.moveTo(12_345);
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  /** Moves the clock and the interval together, in steps of `stepMs`. */
  function run(forMs: number, stepMs = 10): void {
    for (let passed = 0; passed < forMs; passed += stepMs) {
      clock.current.moveTo(clock.current.monotonicMs() + stepMs);
      vi.advanceTimersByTime(stepMs);
    }
  }

  it("fires once, not early, and within two ticks", ({ expect }) => {
    const timers = new CoarseTimers(clock.current);
    const random = new SeededRandom(3);
    const lateness: number[] = [];
    const delays = Array.from({ length: 500 }, () => random.uint32() % 200_000);
    const startMs = clock.current.monotonicMs();
    for (const delay of delays) {
      timers.after(delay, SLACK_MS, () => lateness.push(clock.current.monotonicMs() - startMs - delay));
    }
    run(201_000);
    expect(lateness).toHaveLength(500);
    expect(Math.min(...lateness)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...lateness)).toBeLessThanOrEqual(2 * COARSE_TICK_MS);
    expect(timers.armed).toBe(0);
  });

  it("does not fire what was cancelled, also by a timer of the same tick", ({ expect }) => {
    const timers = new CoarseTimers(clock.current);
    const fired: string[] = [];
    const cancels: (() => void)[] = [];
    timers.after(500, SLACK_MS, () => {
      fired.push("first");
      for (const cancel of cancels) cancel();
    });
    cancels.push(timers.after(500, SLACK_MS, () => fired.push("second")));
    const cancel = timers.after(700, SLACK_MS, () => fired.push("third"));
    cancel();
    cancel();
    run(2000);
    expect(fired).toEqual(["first"]);
    expect(timers.armed).toBe(0);
  });

  it("fires a timer that is armed by another one, after its own delay", ({ expect }) => {
    const timers = new CoarseTimers(clock.current);
    const at: number[] = [];
    const startMs = clock.current.monotonicMs();
    const arm = (more: number): void => {
      timers.after(0, SLACK_MS, () => {
        at.push(clock.current.monotonicMs() - startMs);
        Array.from({ length: Math.min(more, 1) }).forEach(() => arm(more - 1));
      });
    };
    arm(3);
    run(3000);
    expect(at).toHaveLength(4);
    expect(new Set(at).size).toBe(4);
  });

  it("finds everything that fell due while the thread was stalled for longer than a turn", ({ expect }) => {
    const timers = new CoarseTimers(clock.current);
    const fired: number[] = [];
    for (let delay = 0; delay < 90_000; delay += 900) timers.after(delay, SLACK_MS, () => fired.push(delay));
    timers.after(500_000, SLACK_MS, () => fired.push(500_000));
    clock.current.moveTo(clock.current.monotonicMs() + 100_000);
    run(COARSE_TICK_MS);
    expect(fired).toHaveLength(100);
    expect(timers.armed).toBe(1);
  });

  it("runs no interval when nothing is armed", ({ expect }) => {
    const timers = new CoarseTimers(clock.current);
    expect(vi.getTimerCount()).toBe(0);
    const cancel = timers.after(5000, SLACK_MS, () => {});
    timers.after(6000, SLACK_MS, () => {})();
    expect(vi.getTimerCount()).toBe(1);
    cancel();
    run(2 * COARSE_TICK_MS);
    expect(vi.getTimerCount()).toBe(0);
    timers.after(10, SLACK_MS, () => {});
    expect(vi.getTimerCount()).toBe(1);
    run(1000);
    expect([timers.armed, vi.getTimerCount()]).toEqual([0, 0]);
  });
});
