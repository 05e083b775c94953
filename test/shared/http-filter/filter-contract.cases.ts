import fc from "fast-check";
import { describe, it } from "vitest";
import { FilterHarness, type FilterOutcome, type ScriptedMessage } from "../../../shared/http-filter/testing.ts";
import type { FilterSetup } from "../../support/filter-setup.ts";
import { chunked, fakePorts } from "../../support/filter-streams.ts";

const TEXT = "a body that is long enough";
const METHODS = ["GET", "POST", "OPTIONS", "HEAD"] as const;

interface Exchange {
  readonly method: (typeof METHODS)[number];
  readonly trailers: boolean;
  readonly cuts: readonly number[];
}

const exchange: fc.Arbitrary<Exchange> = fc.record({
  method: fc.constantFrom(...METHODS),
  trailers: fc.boolean(),
  cuts: fc.array(fc.nat(TEXT.length), { maxLength: 8 }),
});

function messageOf(headers: ScriptedMessage["headers"], { cuts, trailers }: Exchange): ScriptedMessage {
  return { headers, body: chunked(TEXT, cuts), ...(trailers && { trailers: [["t", "1"]] as const }) };
}

function harnessFor(
  { create, route }: FilterSetup,
  sample: Exchange,
): { harness: FilterHarness; request: ScriptedMessage } {
  const answer = messageOf([[":status", "200"]], sample);
  const harness = new FilterHarness({ filters: [create], ports: fakePorts(), route }, answer);
  return { harness, request: messageOf([[":method", sample.method]], sample) };
}

async function run(setup: FilterSetup, sample: Exchange): Promise<FilterOutcome> {
  const { harness, request } = harnessFor(setup, sample);
  return harness.run(request);
}

/** What every HTTP filter has to keep to, whatever it does. */
export function describeFilterContract(name: string, setUp: () => FilterSetup): void {
  describe(`${name} as a filter`, () => {
    it("gives the same result for any split of the bodies", async ({ expect }) => {
      await fc.assert(
        fc.asyncProperty(exchange, async (sample) => {
          const setup = setUp();
          expect(await run(setup, sample)).toEqual(await run(setup, { ...sample, cuts: [] }));
        }),
        { seed: 20260103, numRuns: 100 },
      );
    });

    it("breaks no rule and uses no callback when the client goes away at any point", async ({ expect }) => {
      await fc.assert(
        fc.asyncProperty(exchange, fc.nat(40), async (sample, turns) => {
          const { harness, request } = harnessFor(setUp(), sample);
          const running = harness.run(request);
          for (let turn = 0; turn < turns; turn++) await Promise.resolve();
          harness.disconnect();
          expect(await running).toMatchObject({ filterExceptions: 0 });
          for (let turn = 0; turn < 40; turn++) await Promise.resolve();
          // What the harness's own terminal filter does late is counted too, once at most.
          expect(harness.outcome.lateCallbacks).toBeLessThanOrEqual(1);
        }),
        { seed: 20260104, numRuns: 100 },
      );
    });
  });
}
