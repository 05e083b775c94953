import { describe, it } from "vitest";
import { InvocationScope } from "../../worker/host/invocation-scope.ts";

describe("InvocationScope", () => {
  it("has room for six exchanges that wait, and again when one has its answer", ({ expect }) => {
    const scope = new InvocationScope({ waitUntil: () => undefined });
    const rooms = Array.from({ length: 7 }, () => {
      const { hasRoom } = scope;
      scope.beginExchange();
      return hasRoom;
    });
    expect(rooms).toEqual([true, true, true, true, true, true, false]);
    scope.endExchange();
    expect(scope.hasRoom).toBe(false);
    scope.endExchange();
    expect(scope.hasRoom).toBe(true);
  });

  it("keeps work alive by the platform's own means", ({ expect }) => {
    const kept: unknown[] = [];
    const work = Promise.resolve();
    new InvocationScope({ waitUntil: (promise) => kept.push(promise) }).keepAlive(work);
    expect(kept).toEqual([work]);
  });
});
