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

  it("add joins small chunks in a row, and leaves those alone that somebody holds", ({ expect }) => {
    const queue = new ChunkQueue();
    queue.add(chunk(1));
    queue.add(chunk(2));
    const held = [...queue];
    for (let count = 2; count < 10_000; count++) queue.add(chunk(3));
    expect(held).toEqual([chunk(1, 2)]);
    expect([queue.byteLength, [...queue].length, [...queue.bytes().subarray(0, 4)]]).toEqual([10_000, 3, [1, 2, 3, 3]]);
  });

  it("move does not write into memory that the other queue still fills", ({ expect }) => {
    const [from, to] = [new ChunkQueue(), new ChunkQueue()];
    for (const byte of [1, 2]) from.add(chunk(byte));
    to.move(from);
    for (const byte of [7, 8]) from.add(chunk(byte));
    to.add(chunk(3));
    expect([[...to.bytes()], [...from.bytes()]]).toEqual([
      [1, 2, 3],
      [7, 8],
    ]);
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
