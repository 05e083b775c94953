import fc from "fast-check";
import { describe, it } from "vitest";
import { EdfScheduler } from "../../../shared/upstream/edf-scheduler.ts";

interface Item {
  readonly name: string;
  readonly weight: number;
}

const items = fc
  .array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 })
  .map((weights) => weights.map((weight, position): Item => ({ name: `item ${position}`, weight })));

function picks(scheduler: EdfScheduler<Item>, count: number): string[] {
  return Array.from({ length: count }, () => scheduler.pick()?.name ?? "none");
}

function total(all: readonly Item[]): number {
  return all.reduce((sum, { weight }) => sum + weight, 0);
}

describe("EdfScheduler", () => {
  it("picks nothing from nothing", ({ expect }) => {
    expect(new EdfScheduler<Item>([], 0).pick()).toBeUndefined();
  });

  it("gives each item exactly its weight in every full turn", ({ expect }) => {
    fc.assert(
      fc.property(items, fc.nat(100), (all, past) => {
        const scheduler = new EdfScheduler(all, past);
        for (let turn = 0; turn < 3; turn += 1) {
          const chosen = picks(scheduler, total(all));
          for (const { name, weight } of all) expect(chosen.filter((pick) => pick === name)).toHaveLength(weight);
        }
      }),
      { seed: 20261123 },
    );
  });

  it("begins where as many picks would have led", ({ expect }) => {
    fc.assert(
      fc.property(items, fc.nat(60), (all, past) => {
        const length = 2 * total(all);
        const fromStart = picks(new EdfScheduler(all, 0), past + length);
        expect(picks(new EdfScheduler(all, past), length)).toEqual(fromStart.slice(past));
      }),
      { seed: 20261123 },
    );
  });
});
