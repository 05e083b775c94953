import fc from "fast-check";
import { describe, it } from "vitest";
import { SharedBody } from "../../../shared/filters/http/router/shared-body.ts";
import { BodyFailure, type BodyRead, type BodySource, END } from "../../../shared/http/body-source.ts";
import { idle } from "../../support/scripted-upstream.ts";

const CHUNK_BYTES = 4;
const LIMIT_BYTES = 16;

/** Gives chunks without end, and counts them. */
function endless(): { readonly source: BodySource; readonly given: () => number } {
  let given = 0;
  const source: BodySource = {
    read: () => ((given += 1), new Uint8Array(CHUNK_BYTES)),
    trailers: () => undefined,
    cancel: () => undefined,
    unwrap: () => undefined,
  };
  return { source, given: () => given };
}

function shared(source: BodySource, onOverflow: () => void = () => undefined): SharedBody {
  return new SharedBody({ source, limitBytes: LIMIT_BYTES, onOverflow, onEnd: () => undefined });
}

describe("SharedBody followers", () => {
  it("read nothing by themselves, and get what attempts read", async ({ expect }) => {
    const { source, given } = endless();
    const body = shared(source);
    const [first, mirror] = [body.open(), body.follow()];
    const waits = mirror.read();
    await idle();
    expect(given()).toBe(0);
    await first.read();
    expect(await waits).toBeInstanceOf(Uint8Array);
  });

  it("do not make the next attempt's beginning go away while none reads", async ({ expect }) => {
    const body = shared(endless().source);
    const [first, mirror] = [body.open(), body.follow()];
    await first.read();
    first.cancel("local reset");
    await mirror.read();
    const waits = mirror.read();
    await idle();
    expect(body.canOpen).toBe(true);
    await body.open().read();
    body.cancel("local reset");
    expect(await waits).toBeInstanceOf(BodyFailure);
  });

  it("fail when nobody is interested any more", async ({ expect }) => {
    const body = shared(endless().source);
    body.open();
    const waits = body.follow().read();
    body.cancel("local reset");
    expect(await waits).toBeInstanceOf(BodyFailure);
  });

  it("are cut off when they lag behind by more than the limit, and only they", async ({ expect }) => {
    let overflows = 0;
    const body = shared(endless().source, () => (overflows += 1));
    const [first, slow, quick] = [body.open(), body.follow(), body.follow()];
    for (let count = 0; count < 10; count++) {
      expect(await first.read()).toBeInstanceOf(Uint8Array);
      expect(await quick.read()).toBeInstanceOf(Uint8Array);
    }
    expect(await slow.read()).toBeInstanceOf(BodyFailure);
    expect(overflows).toBe(1);
  });

  it("are not cut off because the beginning is kept for attempts", async ({ expect }) => {
    const body = shared(endless().source);
    const [first, mirror] = [body.open(), body.follow()];
    for (let count = 0; count < 5; count++) await first.read();
    expect(body.canOpen).toBe(false);
    for (let count = 0; count < 5; count++) await mirror.read();
    for (let count = 0; count < 5; count++) await first.read();
    expect(await mirror.read()).toBeInstanceOf(BodyFailure);
  });
});

/** A body in chunks; each comes at once or later. Its memory is used again with the next read, as a platform may do. */
class Chunks implements BodySource {
  cancelled = false;
  readonly #chunks: readonly (readonly number[])[];
  readonly #isSlow: (at: number) => boolean;
  readonly #memory = new Uint8Array(64);
  #at = 0;

  constructor(chunks: readonly (readonly number[])[], isSlow: (at: number) => boolean) {
    this.#chunks = chunks;
    this.#isSlow = isSlow;
  }

  read(): BodyRead | Promise<BodyRead> {
    const at = this.#at;
    this.#at += 1;
    const chunk = this.#chunks[at];
    if (chunk === undefined) return END;
    this.#memory.set(chunk);
    const bytes = this.#memory.subarray(0, chunk.length);
    return this.#isSlow(at) ? Promise.resolve(bytes) : bytes;
  }

  trailers(): undefined {
    return undefined;
  }

  cancel(): void {
    this.cancelled = true;
  }

  unwrap(): undefined {
    return undefined;
  }
}

interface Outcome {
  readonly bytes: number[];
  end: "open" | "complete" | "failed";
}

/** Reads up to `chunks` and then gives up; a few turns pass before every read. */
async function readUpTo(body: BodySource, chunks: number, turns: number): Promise<Outcome> {
  const outcome: Outcome = { bytes: [], end: "open" };
  for (let count = 0; count < chunks; count += 1) {
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    const read = await body.read();
    if (!(read instanceof Uint8Array)) return { ...outcome, end: read === END ? "complete" : "failed" };
    outcome.bytes.push(...read);
  }
  body.cancel("local reset");
  return outcome;
}

const chunkings = fc.array(fc.array(fc.nat(255), { minLength: 1, maxLength: 8 }), { maxLength: 12 });
const script = fc.record({
  chunks: chunkings,
  slowness: fc.integer({ min: 1, max: 4 }),
  /** How far each failing attempt reads. */
  failures: fc.array(fc.nat(13), { maxLength: 4 }),
  mirrors: fc.array(fc.record({ chunks: fc.nat(14), turns: fc.nat(6) }), { maxLength: 3 }),
});

describe("SharedBody", () => {
  it("gives every attempt exactly the body, however it is cut and wherever the ones before it failed", async ({
    expect,
  }) => {
    await fc.assert(
      fc.asyncProperty(script, async ({ chunks, slowness, failures, mirrors }) => {
        const whole = chunks.flat();
        const source = new Chunks(chunks, (at) => at % slowness === 0);
        const limitBytes = whole.length;
        const body = new SharedBody({ source, limitBytes, onOverflow: () => expect.fail(), onEnd: () => undefined });
        const copies = mirrors.map((mirror) => readUpTo(body.follow(), mirror.chunks, mirror.turns));
        for (const reads of failures) await readUpTo(body.open(), reads, 0);
        const last = await readUpTo(body.open(), Number.POSITIVE_INFINITY, 1);
        expect(last).toEqual({ bytes: whole, end: "complete" });
        const seen = await Promise.all(copies);
        expect(seen.map(({ bytes }) => bytes)).toEqual(mirrors.map((mirror) => chunks.slice(0, mirror.chunks).flat()));
      }),
      { seed: 20261123, numRuns: 1000 },
    );
  });

  it("gives attempts side by side the same body, each at its own pace", async ({ expect }) => {
    await fc.assert(
      fc.asyncProperty(chunkings, fc.array(fc.nat(5), { minLength: 2, maxLength: 4 }), async (chunks, paces) => {
        const whole = chunks.flat();
        const source = new Chunks(chunks, (at) => at % 2 === 0);
        const body = new SharedBody({ source, limitBytes: 96, onOverflow: () => undefined, onEnd: () => undefined });
        const all = paces.map((turns) => readUpTo(body.open(), Number.POSITIVE_INFINITY, turns));
        const outcomes = await Promise.all(all);
        expect(outcomes).toEqual(paces.map(() => ({ bytes: whole, end: "complete" })));
      }),
      { seed: 20261123, numRuns: 300 },
    );
  });

  it("goes on beyond the limit for the attempt that reads, and lets no other one begin", async ({ expect }) => {
    await fc.assert(
      fc.asyncProperty(chunkings, fc.nat(40), fc.nat(6), async (chunks, limitBytes, mirrorTurns) => {
        const whole = chunks.flat();
        let overflows = 0;
        const body = new SharedBody({
          source: new Chunks(chunks, (at) => at % 3 === 0),
          limitBytes,
          onOverflow: () => (overflows += 1),
          onEnd: () => undefined,
        });
        const attempt = readUpTo(body.open(), Number.POSITIVE_INFINITY, 0);
        const mirror = await readUpTo(body.follow(), Number.POSITIVE_INFINITY, mirrorTurns);
        expect(await attempt).toEqual({ bytes: whole, end: "complete" });
        expect(body.canOpen).toBe(whole.length <= limitBytes);
        expect(overflows > 0).toBe(whole.length > limitBytes);
        // A copy is whole or broken off, never short.
        expect(mirror.bytes).toEqual(whole.slice(0, mirror.bytes.length));
        expect({ complete: whole.length, failed: mirror.bytes.length, open: undefined }[mirror.end]).toBe(
          mirror.bytes.length,
        );
      }),
      { seed: 20261123, numRuns: 1000 },
    );
  });

  it("leaves no read open when everybody loses interest at any moment", async ({ expect }) => {
    await fc.assert(
      fc.asyncProperty(chunkings, fc.nat(30), fc.nat(40), async (chunks, limitBytes, turns) => {
        const source = new Chunks(chunks, (at) => at % 2 === 0);
        const body = new SharedBody({ source, limitBytes, onOverflow: () => undefined, onEnd: () => undefined });
        const readers = [body.open(), body.follow(), body.follow()];
        const all = readers.map((reader, pace) => readUpTo(reader, Number.POSITIVE_INFINITY, pace));
        for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
        body.cancel("local reset");
        const ends = (await Promise.all(all)).map(({ end }) => end);
        expect(ends).not.toContain("open");
      }),
      { seed: 20261123, numRuns: 500 },
    );
  });
});
