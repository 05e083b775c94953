import fc from "fast-check";
import { describe, it } from "vitest";
import { ChunkQueue } from "../../../shared/buffer/chunk-queue.ts";

const chunk = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);

describe("ChunkQueue", () => {
  it("bytes gives the only chunk itself, without a copy", ({ expect }) => {
    const queue = new ChunkQueue();
    const only = chunk(1, 2);
    queue.add(only);
    expect(queue.bytes()).toBe(only);
  });

  it("drain drops across chunk borders and says how much", ({ expect }) => {
    const queue = new ChunkQueue();
    queue.add(chunk(1, 2));
    queue.add(chunk(3, 4));
    expect([queue.drain(3), queue.byteLength, [...queue.bytes()], queue.drain(9)]).toEqual([3, 1, [4], 1]);
  });

  it("move empties the other queue", ({ expect }) => {
    const [to, from] = [new ChunkQueue(), new ChunkQueue()];
    to.add(chunk(1));
    from.add(chunk(2));
    to.move(from);
    expect([[...to.bytes()], from.isEmpty]).toEqual([[1, 2], true]);
  });

  it("holds what a plain array would hold after any operations", ({ expect }) => {
    const operation = fc.oneof(
      fc.record({ kind: fc.constant("add" as const), bytes: fc.uint8Array({ maxLength: 5 }) }),
      fc.record({ kind: fc.constant("prepend" as const), bytes: fc.uint8Array({ maxLength: 5 }) }),
      fc.record({ kind: fc.constant("drain" as const), count: fc.nat(8) }),
      fc.record({ kind: fc.constant("shift" as const) }),
    );
    fc.assert(
      fc.property(fc.array(operation), (operations) => {
        const queue = new ChunkQueue();
        let model: number[] = [];
        for (const step of operations) {
          if (step.kind === "add") {
            queue.add(step.bytes);
            model.push(...step.bytes);
          } else if (step.kind === "prepend") {
            queue.prepend(step.bytes);
            model.unshift(...step.bytes);
          } else {
            const count = step.kind === "drain" ? queue.drain(step.count) : (queue.shift()?.byteLength ?? 0);
            model = model.slice(count);
          }
        }
        expect([...queue.bytes()]).toEqual(model);
        expect(queue.byteLength).toBe(model.length);
      }),
      { seed: 1 },
    );
  });
});
