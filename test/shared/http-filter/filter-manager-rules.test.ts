import { describe, it } from "vitest";
import type { BodySource } from "../../../shared/http/body-source.ts";
import { BytesBody } from "../../../shared/http/bytes-body.ts";
import { HeaderMap } from "../../../shared/http/header-map.ts";
import { createFilterChain } from "../../../shared/http-filter/filter-chain.ts";
import type { NewHttpFilter } from "../../../shared/http-filter/filter-factory.ts";
import { DataStatus, HeadersStatus } from "../../../shared/http-filter/filter-status.ts";
import type { HttpFilterCallbacks } from "../../../shared/http-filter/http-filter.ts";
import { FilterHarness, ScriptedBody } from "../../../shared/http-filter/testing.ts";
import { chunked, fakePorts, textOf } from "../../support/filter-streams.ts";
import { startStream } from "./stream-under-test.ts";

const GET = { headers: [[":method", "GET"]] } as const;
const OK = { headers: [[":status", "200"]] } as const;

describe("FilterManager", () => {
  it("rule 1: requests pass filters in declared order, responses in reverse", async ({ expect }) => {
    const order: string[] = [];
    const filters = ["a", "b", "c"].map((name): NewHttpFilter => {
      return () => ({
        decodeHeaders: () => {
          order.push(`${name} decodes`);
          return HeadersStatus.Continue;
        },
        encodeHeaders: () => {
          order.push(`${name} encodes`);
          return HeadersStatus.Continue;
        },
      });
    });
    await new FilterHarness({ filters, ports: fakePorts() }, OK).run(GET);
    expect(order).toEqual(["a decodes", "b decodes", "c decodes", "c encodes", "b encodes", "a encodes"]);
  });

  it("rule 1: a chain needs a terminal filter at its end and nowhere else", ({ expect }) => {
    const filter = { name: "f", terminal: false, create: () => ({}) } as const;
    const terminal = { name: "t", terminal: true, create: () => ({ run: () => undefined }) } as const;
    const results = [[], [filter], [terminal, filter], [terminal, terminal], [filter, terminal]].map(createFilterChain);
    expect(results.map((result) => result.ok)).toEqual([false, false, false, false, true]);
  });

  it("rule 2: a promise stops everything, reads nothing, and resumes with its status", async ({ expect }) => {
    const decided = Promise.withResolvers<HeadersStatus>();
    const stream = startStream({
      filters: [() => ({ decodeHeaders: () => decided.promise, decodeData: () => DataStatus.Continue })],
    });
    const body = new CountingBody();
    stream.manager.decode(HeaderMap.from(GET.headers), body);
    expect([body.reads, stream.terminalRan]).toEqual([0, false]);
    decided.resolve(HeadersStatus.Continue);
    await decided.promise;
    expect([body.reads, stream.terminalRan]).toEqual([0, true]);
  });

  it("rule 2: a promise may also resolve to a stopping status", async ({ expect }) => {
    const kept: HttpFilterCallbacks[] = [];
    const stream = startStream({
      filters: [
        (callbacks) => {
          kept.push(callbacks);
          return { decodeHeaders: () => Promise.resolve(HeadersStatus.StopAllAndWatermark) };
        },
      ],
    });
    stream.manager.decode(HeaderMap.from(GET.headers), undefined);
    await Promise.resolve();
    expect(stream.terminalRan).toBe(false);
    kept[0]?.continueDecoding();
    expect([stream.terminalRan, stream.lateCallbacks]).toEqual([true, 0]);
  });

  it("rule 2: a rejection or an exception fails only its stream", async ({ expect }) => {
    const failing: NewHttpFilter[] = [
      () => ({ decodeHeaders: () => Promise.reject(new Error("no")) }),
      () => ({
        decodeHeaders: () => {
          throw new Error("no");
        },
      }),
      () => {
        throw new Error("no");
      },
    ];
    for (const filter of failing) {
      const outcome = await new FilterHarness(
        { filters: [{ name: "bad", create: filter }], ports: fakePorts() },
        OK,
      ).run(GET);
      expect(outcome).toMatchObject({
        response: { headers: [[":status", "500"]] },
        details: "filter_exception{bad}",
        filterExceptions: 1,
      });
    }
  });

  it("rule 3: a stream of synchronous hooks is over before decode returns", ({ expect }) => {
    const stream = startStream({
      filters: [() => ({ decodeHeaders: () => HeadersStatus.Continue, encodeHeaders: () => HeadersStatus.Continue })],
      onRun: (callbacks) => callbacks.respond(HeaderMap.from(OK.headers), undefined),
    });
    stream.manager.decode(HeaderMap.from(GET.headers), undefined);
    expect(stream.sent).toEqual(["headers 200 end"]);
  });

  it("rule 4: nothing of a body is read before somebody pulls", async ({ expect }) => {
    const pulled: (BodySource | undefined)[] = [];
    const stream = startStream({
      filters: [() => ({ decodeData: () => DataStatus.Continue })],
      onRun: (_callbacks, body) => pulled.push(body),
    });
    const body = new CountingBody();
    stream.manager.decode(HeaderMap.from(GET.headers), body);
    expect(body.reads).toBe(0);
    await pulled[0]?.read();
    expect(body.reads).toBe(1);
  });

  it("rule 4: StopAndWatermark stops reading at the limit and goes on after continueDecoding", ({ expect }) => {
    const kept: HttpFilterCallbacks[] = [];
    const stream = startStream({
      bufferLimit: 4,
      filters: [
        (callbacks) => {
          kept.push(callbacks);
          return {
            decodeHeaders: () => HeadersStatus.StopIteration,
            decodeData: () => DataStatus.StopAndWatermark,
          };
        },
      ],
    });
    const body = new CountingBody(["abc", "def", "ghi"]);
    stream.manager.decode(HeaderMap.from(GET.headers), body);
    expect([body.reads, kept[0]?.decodingBuffer?.byteLength, stream.terminalRan]).toEqual([2, 6, false]);
    kept[0]?.continueDecoding();
    expect(stream.terminalRan).toBe(true);
  });

  it("rule 5: without a data hook both ends get the other's own source", ({ expect }) => {
    const request = new BytesBody(new Uint8Array(1));
    const response = new BytesBody(new Uint8Array(1));
    const seen: (BodySource | undefined)[] = [];
    const stream = startStream({
      filters: [() => ({ decodeHeaders: () => HeadersStatus.Continue, encodeHeaders: () => HeadersStatus.Continue })],
      onRun: (callbacks, body) => {
        seen.push(body);
        callbacks.respond(HeaderMap.from(OK.headers), response);
      },
      onResponse: (body) => seen.push(body),
    });
    stream.manager.decode(HeaderMap.from(GET.headers), request);
    expect(seen[0]).toBe(request);
    expect(seen[1]).toBe(response);
  });

  it("rule 5: ContinueAndDetach takes a data hook out of the way", ({ expect }) => {
    const request = new BytesBody(new Uint8Array(1));
    const seen: (BodySource | undefined)[] = [];
    const stream = startStream({
      filters: [
        () => ({ decodeHeaders: () => HeadersStatus.ContinueAndDetach, decodeData: () => DataStatus.Continue }),
      ],
      onRun: (_callbacks, body) => seen.push(body),
    });
    stream.manager.decode(HeaderMap.from(GET.headers), request);
    expect(seen[0]).toBe(request);
  });

  it("rule 6: filters share one queue and see what those before them left", async ({ expect }) => {
    const { request } = await new FilterHarness({ filters: [opensBody, closesBody], ports: fakePorts() }, OK).run({
      ...GET,
      body: chunked("xbody"),
    });
    expect(textOf(request?.body)).toBe("<body>");
  });

  it("rule 8: late and double continuations are ignored and counted", ({ expect }) => {
    const kept: HttpFilterCallbacks[] = [];
    const stream = startStream({
      filters: [
        (callbacks) => {
          kept.push(callbacks);
          return { decodeHeaders: () => HeadersStatus.StopIteration };
        },
      ],
      onRun: (callbacks) => callbacks.respond(HeaderMap.from(OK.headers), undefined),
      onResponse: () => stream.manager.complete(),
    });
    stream.manager.decode(HeaderMap.from(GET.headers), undefined);
    for (let call = 0; call < 3; call++) kept[0]?.continueDecoding();
    kept[0]?.continueEncoding();
    kept[0]?.sendLocalReply({ status: 500, details: "late" });
    expect([stream.sent, stream.lateCallbacks]).toEqual([["headers 200 end"], 4]);
  });

  it("rule 8: a promise that settles after the end is ignored", async ({ expect }) => {
    for (const settle of [() => Promise.resolve(HeadersStatus.Continue), () => Promise.reject(new Error("late"))]) {
      const gate = Promise.withResolvers<void>();
      const stream = startStream({ filters: [() => ({ decodeHeaders: () => gate.promise.then(settle) })] });
      stream.manager.decode(HeaderMap.from(GET.headers), undefined);
      stream.manager.reset("remote reset");
      gate.resolve();
      await gate.promise;
      await Promise.resolve();
      expect([stream.terminalRan, stream.filterExceptions]).toEqual([false, 0]);
    }
  });

  it("rule 8: a continue call and a promise from one hook break the stream", async ({ expect }) => {
    const filter: NewHttpFilter = (callbacks) => ({
      decodeHeaders: () => {
        callbacks.continueDecoding();
        return Promise.resolve(HeadersStatus.Continue);
      },
    });
    const outcome = await new FilterHarness({ filters: [filter], ports: fakePorts() }, OK).run(GET);
    expect(outcome).toMatchObject({ response: { headers: [[":status", "500"]] }, filterExceptions: 1 });
  });

  it("rule 9: the timers of a filter end with the stream and fail only it", ({ expect }) => {
    const fired: string[] = [];
    const stream = startStream({
      filters: [
        (callbacks) => {
          callbacks.timers.after(10, 0, () => fired.push("first"));
          callbacks.timers.after(20, 0, () => {
            throw new Error("timer");
          });
          callbacks.timers.after(30, 0, () => fired.push("never"));
          return { decodeHeaders: () => HeadersStatus.StopIteration };
        },
      ],
      onResponse: () => stream.manager.complete(),
    });
    stream.manager.decode(HeaderMap.from(GET.headers), undefined);
    stream.timers.advance(100);
    expect([fired, stream.sent, stream.timers.pending]).toEqual([["first"], ["headers 500 end"], 0]);
  });

  it("rule 9: the body that the terminal filter pulls is what the chain makes of it", async ({ expect }) => {
    const outcome = await new FilterHarness({ filters: [upper], ports: fakePorts() }, OK).run({
      ...GET,
      body: chunked("body", [1, 2]),
      trailers: [["t", "1"]],
    });
    expect([textOf(outcome.request?.body), outcome.request?.trailers]).toEqual(["BODY", [["t", "1"]]]);
  });
});

const opensBody: NewHttpFilter = () => ({
  decodeData: (data, end) => {
    data.drain(1);
    if (!end) data.prepend(new TextEncoder().encode("<"));
    return DataStatus.Continue;
  },
});

const closesBody: NewHttpFilter = () => ({
  decodeData: (data, end) => {
    if (end) data.add(new TextEncoder().encode(">"));
    return DataStatus.Continue;
  },
});

const upper: NewHttpFilter = () => ({
  decodeData: (data) => {
    const text = textOf(data.bytes())?.toUpperCase();
    data.clear();
    data.add(new TextEncoder().encode(text));
    return DataStatus.Continue;
  },
});

class CountingBody extends ScriptedBody {
  reads = 0;

  constructor(chunks: readonly string[] = ["data"]) {
    super({ headers: [], body: chunks.map((chunk) => new TextEncoder().encode(chunk)) });
  }

  override read(): ReturnType<ScriptedBody["read"]> {
    this.reads += 1;
    return super.read();
  }
}
