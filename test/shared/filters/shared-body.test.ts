import { describe, it } from "vitest";
import { BodyFailure, type BodySource, END } from "../../../shared/http/body-source.ts";
import { SharedBody } from "../../../shared/filters/http/router/shared-body.ts";

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

function shared(source: BodySource): SharedBody {
  return new SharedBody({ source, limitBytes: LIMIT_BYTES, onOverflow: () => undefined, onEnd: () => undefined });
}

/** Reads until the body makes the reader wait; gives that read, and how many came before. */
function drain(reader: BodySource): { readonly waits: Promise<unknown>; readonly count: number } {
  for (let count = 0; count < 1000; count++) {
    const read = reader.read();
    if (read instanceof Promise) return { waits: read, count };
  }
  throw new Error("it never waits");
}

describe("SharedBody", () => {
  it("keeps no more than the limit and one chunk for a first reader that a later one has left behind", async ({
    expect,
  }) => {
    const { source, given } = endless();
    const body = shared(source);
    const [first, mirror] = [body.open(), body.open()];
    const { waits } = drain(mirror);
    expect(given() * CHUNK_BYTES).toBeLessThanOrEqual(LIMIT_BYTES + CHUNK_BYTES);
    await first.read();
    expect(await waits).toBeInstanceOf(Uint8Array);
  });

  it("lets a reader that waited go on once the slow one is gone", async ({ expect }) => {
    const body = shared(endless().source);
    const [first, mirror] = [body.open(), body.open()];
    const { waits } = drain(mirror);
    first.cancel("local reset");
    expect(await waits).toBeInstanceOf(Uint8Array);
    expect(await first.read()).toBeInstanceOf(BodyFailure);
  });

  it("fails a reader that waits when nobody is interested any more", async ({ expect }) => {
    const body = shared(endless().source);
    body.open();
    const { waits } = drain(body.open());
    body.cancel("local reset");
    expect(await waits).toBeInstanceOf(BodyFailure);
  });

  it("cuts off a reader that lags behind the first one by more than the limit", async ({ expect }) => {
    const body = shared(endless().source);
    const [first, mirror] = [body.open(), body.open()];
    for (let count = 0; count < 10; count++) expect(await first.read()).not.toBe(END);
    expect(await mirror.read()).toBeInstanceOf(BodyFailure);
  });
});
