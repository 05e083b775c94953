import { describe, it } from "vitest";
import { BodyFailure, type BodyRead, type BodySource, END } from "../../shared/http/body-source.ts";
import { platformBody } from "../../worker/adapt/body-stream.ts";
import { StreamBody } from "../../worker/adapt/stream-body.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A source that gives the reads of a list, and says what became of it. */
class ScriptedBody implements BodySource {
  cancelled: string | undefined;
  readonly #reads: BodyRead[];

  constructor(reads: readonly BodyRead[]) {
    this.#reads = [...reads];
  }

  read(): BodyRead {
    return this.#reads.length > 1 ? (this.#reads.shift() ?? END) : (this.#reads[0] ?? END);
  }

  trailers(): undefined {
    return undefined;
  }

  cancel(reason: string): void {
    this.cancelled = reason;
  }

  unwrap(): undefined {
    return undefined;
  }
}

function chunked(...texts: string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const text of texts) controller.enqueue(bytes(text));
      controller.close();
    },
  });
}

describe("StreamBody", () => {
  it("read gives the chunks, then the end for good", async ({ expect }) => {
    const body = new StreamBody(chunked("a", "b"), "remote reset");
    expect([await body.read(), await body.read(), await body.read(), await body.read()]).toEqual([
      bytes("a"),
      bytes("b"),
      END,
      END,
    ]);
  });

  it("read gives a failure for a stream that errors", async ({ expect }) => {
    const broken = new ReadableStream<Uint8Array>({ start: (controller) => controller.error(new Error("gone")) });
    expect(await new StreamBody(broken, "connection termination").read()).toEqual(
      new BodyFailure("connection termination"),
    );
  });

  it("cancel settles a read that waits", async ({ expect }) => {
    const body = new StreamBody(new ReadableStream<Uint8Array>(), "remote reset");
    const read = body.read();
    body.cancel("local reset");
    expect(await read).toEqual(new BodyFailure("local reset"));
  });

  it("unwrap hands the stream over once, and not after a read", async ({ expect }) => {
    const stream = chunked("a");
    const body = new StreamBody(stream, "remote reset");
    expect([body.unwrap(), body.unwrap()]).toEqual([stream, undefined]);
    const touched = new StreamBody(chunked("a"), "remote reset");
    await touched.read();
    expect(touched.unwrap()).toBeUndefined();
  });
});

describe("platformBody", () => {
  const noEnd = (): void => undefined;

  it("hands over an untouched platform stream as it is", ({ expect }) => {
    const stream = chunked("a");
    const body = platformBody(new StreamBody(stream, "remote reset"), "1", noEnd);
    expect([body.stream === stream, body.handedOver]).toEqual([true, true]);
  });

  it("pulls a source to its end and reports it", async ({ expect }) => {
    const ends: unknown[] = [];
    const source = new ScriptedBody([bytes("ab"), bytes("c"), END]);
    const { stream } = platformBody(source, undefined, (end) => ends.push(end));
    expect(await new Response(stream).text()).toBe("abc");
    expect(ends).toEqual(["complete"]);
  });

  it("breaks the stream when the source fails, and never ends it", async ({ expect }) => {
    const ends: unknown[] = [];
    const failure = new BodyFailure("connection termination");
    const { stream } = platformBody(new ScriptedBody([bytes("ab"), failure]), undefined, (end) => ends.push(end));
    await expect(new Response(stream).text()).rejects.toThrow();
    expect(ends).toEqual([failure]);
  });

  it("breaks a body that is shorter than its length", async ({ expect }) => {
    const { stream } = platformBody(new ScriptedBody([bytes("ab"), END]), "5", noEnd);
    await expect(new Response(stream).text()).rejects.toThrow();
  });

  it("cancels the source when nobody wants the stream any more", async ({ expect }) => {
    const source = new ScriptedBody([bytes("ab"), END]);
    await platformBody(source, undefined, noEnd).stream.cancel();
    expect(source.cancelled).toBe("remote reset");
  });
});
