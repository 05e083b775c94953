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
    fc.assert(
      fc.property(fc.array(STEP), (steps) => {
        const queue = new ChunkQueue();
        const model = steps.reduce<readonly number[]>((bytes, step) => step(queue, bytes), []);
        expect([...queue.bytes()]).toEqual(model);
        expect(queue.byteLength).toBe(model.length);
      }),
      { seed: 1 },
    );
  });
});

/** Does one thing to a queue and to the plain array that it is compared with. */
type Step = (queue: ChunkQueue, model: readonly number[]) => readonly number[];

const BYTES = fc.uint8Array({ maxLength: 5 });
const STEP: fc.Arbitrary<Step> = fc.oneof(
  BYTES.map((bytes): Step => (queue, model) => {
    queue.add(bytes);
    return [...model, ...bytes];
  }),
  BYTES.map((bytes): Step => (queue, model) => {
    queue.prepend(bytes);
    return [...bytes, ...model];
  }),
  fc.nat(8).map(
    (count): Step =>
      (queue, model) =>
        model.slice(queue.drain(count)),
  ),
  fc.constant<Step>((queue, model) => model.slice(queue.shift()?.byteLength ?? 0)),
);
