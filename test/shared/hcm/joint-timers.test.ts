import { describe, it } from "vitest";
import { JointTimers } from "../../../shared/hcm/joint-timers.ts";
import { FakeTimers } from "../../support/fakes.ts";

function joint(): {
  host: FakeTimers;
  timers: JointTimers;
  fired: string[];
  set: (name: string, ms: number) => () => void;
} {
  const host = new FakeTimers();
  const timers = new JointTimers(host, host.clock);
  const fired: string[] = [];
  const set = (name: string, ms: number): (() => void) =>
    timers.after(ms, 0, () => fired.push(`${name}@${host.clock.monotonicMs()}`));
  return { host, timers, fired, set };
}

describe("JointTimers", () => {
  it("fires all in order of time on one timer of the host", ({ expect }) => {
    const { host, fired, set } = joint();
    set("late", 300);
    set("soon", 100);
    set("same", 100);
    expect(host.pending).toBe(1);
    host.advance(400);
    expect(fired).toEqual(["soon@100", "same@100", "late@300"]);
    expect(host.pending).toBe(0);
  });

  it("does not fire what was cancelled, and still fires what is due later", ({ expect }) => {
    const { host, fired, set } = joint();
    const cancel = set("soon", 100);
    set("late", 300);
    cancel();
    host.advance(400);
    expect(fired).toEqual(["late@300"]);
  });

  it("leaves the host's timer alone for what is due later than that", ({ expect }) => {
    const { host, set } = joint();
    const armed: number[] = [];
    const after = host.after.bind(host);
    host.after = (delayMs, slackMs, fire) => {
      armed.push(delayMs);
      return after(delayMs, slackMs, fire);
    };
    set("soon", 100);
    set("late", 300);
    expect(armed).toEqual([100]);
  });

  it("takes what is set while it fires", ({ expect }) => {
    const { host, timers, fired, set } = joint();
    timers.after(100, 0, () => set("next", 50));
    host.advance(150);
    expect(fired).toEqual(["next@150"]);
  });

  it("fires nothing after close, and leaves nothing behind", ({ expect }) => {
    const { host, timers, fired, set } = joint();
    set("soon", 100);
    timers.close();
    set("more", 10);
    host.advance(400);
    expect([fired, host.pending]).toEqual([[], 0]);
  });
});
