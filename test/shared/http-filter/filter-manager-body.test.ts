import fc from "fast-check";
import { describe, it } from "vitest";
import { FilterHarness, type FilterOutcome, type ScriptedMessage } from "../../../shared/http-filter/testing.ts";
import { chunked, fakePorts } from "../../support/filter-streams.ts";
import { DATA_WAYS, type FilterScript, HEADER_WAYS, scriptedFilter, TRAILER_WAYS } from "./random-filter.ts";

const TEXT = "the quick brown fox jumps over the lazy dog";

interface Exchange {
  readonly filters: readonly FilterScript[];
  readonly request: ScriptedMessage;
  readonly response: ScriptedMessage;
}

/** Runs an exchange and moves the clock until it is over. */
async function run({ filters, request, response }: Exchange, problems: string[]): Promise<FilterOutcome> {
  const ports = fakePorts();
  const newFilters = filters.map((script) => scriptedFilter(script, problems));
  const running = new FilterHarness({ filters: newFilters, ports }, response).run(request);
  let over = false;
  void running.then(() => {
    over = true;
  });
  for (let turn = 0; turn < 2000 && !over; turn++) {
    await Promise.resolve();
    ports.timers.advance(1);
  }
  if (!over) throw new Error("the stream did not end");
  return running;
}

/** What must come out whatever way the filters take. */
function expected(message: ScriptedMessage, filters: readonly FilterScript[]): Partial<ScriptedMessage> {
  const shift = filters.reduce((sum, script) => sum + script.shift, 0);
  const bytes = message.body?.flatMap((chunk) => [...chunk]).map((byte) => (byte + shift) % 256);
  return {
    ...(bytes && { body: Uint8Array.from(bytes) }),
    ...(message.trailers && { trailers: message.trailers }),
  } as never;
}

async function problemsOf(exchange: Exchange): Promise<string[]> {
  const problems: string[] = [];
  const outcome = await run(exchange, problems);
  for (const side of ["request", "response"] as const) {
    const { headers: _, ...received } = outcome[side] ?? { headers: [], missing: true };
    const wanted = expected(exchange[side], exchange.filters);
    if (JSON.stringify(received) !== JSON.stringify(wanted)) {
      problems.push(`${side}: expected ${JSON.stringify(wanted)}, got ${JSON.stringify(received)}`);
    }
  }
  if (outcome.filterExceptions > 0) problems.push("a filter broke a rule");
  return problems;
}

const message = (headers: ScriptedMessage["headers"]): fc.Arbitrary<ScriptedMessage> =>
  fc.oneof(
    fc.constant({ headers }),
    fc.array(fc.nat(TEXT.length), { maxLength: 6 }).map((cuts) => ({ headers, body: chunked(TEXT, cuts) })),
    fc.constant({ headers, body: [] }),
    fc
      .array(fc.nat(TEXT.length), { maxLength: 3 })
      .map((cuts) => ({ headers, body: chunked(TEXT, cuts), trailers: [["t", "1"]] as const })),
  );

const filter: fc.Arbitrary<FilterScript> = fc.record({
  headers: fc.constantFrom(...HEADER_WAYS),
  data: fc.constantFrom(...DATA_WAYS),
  trailers: fc.constantFrom(...TRAILER_WAYS),
  shift: fc.nat(255),
});

const METHOD = [[":method", "POST"]] as const;
const STATUS = [[":status", "200"]] as const;

describe("FilterManager bodies", () => {
  const matrix = HEADER_WAYS.flatMap((headers) =>
    DATA_WAYS.flatMap((data) => TRAILER_WAYS.map((trailers) => ({ headers, data, trailers, shift: 1 }))),
  );
  it.for(matrix)("pass unharmed: headers $headers, data $data, trailers $trailers", async (script, { expect }) => {
    const bodies = [
      {},
      { body: [] },
      { body: chunked(TEXT, [3, 9]) },
      { body: chunked(TEXT, [5]), trailers: [["t", "1"]] },
    ] as const;
    for (const body of bodies) {
      const exchange = {
        filters: [script],
        request: { headers: METHOD, ...body },
        response: { headers: STATUS, ...body },
      };
      expect(await problemsOf(exchange)).toEqual([]);
    }
  });

  it("pass any chain in any chunks, with hooks synchronous or not, as the model says", async ({ expect }) => {
    const exchange = fc.record({
      filters: fc.array(filter, { maxLength: 4 }),
      request: message(METHOD),
      response: message(STATUS),
    });
    await fc.assert(
      fc.asyncProperty(exchange, async (sample) => {
        expect(await problemsOf(sample)).toEqual([]);
      }),
      { seed: 20260101, numRuns: 1500 },
    );
  });
});
