import { describe, it } from "vitest";
import { BytesBody } from "../../../shared/http/bytes-body.ts";
import { HeaderMap } from "../../../shared/http/header-map.ts";
import type { NewHttpFilter } from "../../../shared/http-filter/filter-factory.ts";
import { DataStatus, HeadersStatus, TrailersStatus } from "../../../shared/http-filter/filter-status.ts";
import type { HttpFilterCallbacks } from "../../../shared/http-filter/http-filter.ts";
import { FilterHarness, receive, ScriptedBody } from "../../../shared/http-filter/testing.ts";
import type { ForwardRoute } from "../../../shared/router/route.ts";
import { chunked, fakePorts, textOf } from "../../support/filter-streams.ts";
import { startStream } from "./stream-under-test.ts";

const GET = { headers: [[":method", "GET"]] } as const;
const POST = { headers: [[":method", "POST"]], body: chunked("0123456789", [4]) } as const;
const OK = { headers: [[":status", "200"]], body: chunked("0123456789", [4]) } as const;
const REFUSAL = { status: 403, body: "refused", details: "test" } as const;

const refuses: NewHttpFilter = (callbacks) => ({
  decodeHeaders: () => {
    callbacks.sendLocalReply(REFUSAL);
    return HeadersStatus.Continue;
  },
});

const untilEnd = (_data: unknown, end: boolean): DataStatus => (end ? DataStatus.Continue : DataStatus.StopAndBuffer);
const holdsRequest: NewHttpFilter = () => ({ decodeHeaders: () => HeadersStatus.StopIteration, decodeData: untilEnd });
const holdsResponseData: NewHttpFilter = () => ({ encodeData: untilEnd });

function marks(name: string): NewHttpFilter {
  return () => ({
    encodeHeaders: (headers, endStream) => {
      headers.add("x-passed", `${name} ${endStream}`);
      return HeadersStatus.Continue;
    },
  });
}

describe("FilterManager local replies", () => {
  it("rule 7: before anything was sent the reply passes all encode hooks, also of filters that saw no request", async ({
    expect,
  }) => {
    const filters = [marks("a"), refuses, marks("c")];
    const outcome = await new FilterHarness({ filters, ports: fakePorts() }, OK).run(GET);
    expect(outcome.request).toBeUndefined();
    expect(outcome.details).toBe("test");
    expect(textOf(outcome.response?.body)).toBe("refused");
    expect(outcome.response?.headers).toEqual([
      [":status", "403"],
      ["content-length", "7"],
      ["content-type", "text/plain"],
      ["x-passed", "c false"],
      ["x-passed", "a false"],
    ]);
  });

  it("rule 7: raised while headers are encoded it goes straight to the client", async ({ expect }) => {
    const refusesAnswer: NewHttpFilter = (callbacks) => ({
      encodeHeaders: () => {
        callbacks.sendLocalReply(REFUSAL);
        return HeadersStatus.Continue;
      },
    });
    const outcome = await new FilterHarness({ filters: [marks("a"), refusesAnswer], ports: fakePorts() }, OK).run(GET);
    expect(outcome.response?.headers).toEqual([
      [":status", "403"],
      ["content-length", "7"],
      ["content-type", "text/plain"],
    ]);
  });

  it("rule 7: after headers were sent the stream is reset", async ({ expect }) => {
    const refusesData: NewHttpFilter = (callbacks) => ({
      encodeData: () => {
        callbacks.sendLocalReply(REFUSAL);
        return DataStatus.Continue;
      },
    });
    const outcome = await new FilterHarness({ filters: [refusesData], ports: fakePorts() }, OK).run(GET);
    expect(outcome).toMatchObject({ reset: "local reset", details: "test" });
  });

  it("sendLocalReply from every request hook keeps the request from the terminal filter's answer", async ({
    expect,
  }) => {
    const raising: NewHttpFilter[] = [
      refuses,
      (callbacks) => ({
        decodeHeaders: () => HeadersStatus.StopIteration,
        decodeData: () => {
          callbacks.sendLocalReply(REFUSAL);
          return DataStatus.Continue;
        },
      }),
      (callbacks) => ({
        decodeHeaders: () => HeadersStatus.StopIteration,
        decodeData: () => DataStatus.StopAndBuffer,
        decodeTrailers: () => {
          callbacks.sendLocalReply(REFUSAL);
          return TrailersStatus.Continue;
        },
      }),
      (callbacks) => ({
        decodeHeaders: async () => {
          await Promise.resolve();
          callbacks.sendLocalReply(REFUSAL);
          return HeadersStatus.Continue;
        },
      }),
      (callbacks) => {
        callbacks.sendLocalReply(REFUSAL);
        return {};
      },
    ];
    for (const filter of raising) {
      const harness = new FilterHarness({ filters: [filter, marks("b")], ports: fakePorts() }, OK);
      const outcome = await harness.run({ ...POST, trailers: [["t", "1"]] });
      expect(outcome).toMatchObject({ request: undefined, details: "test", lateCallbacks: 0 });
      expect(textOf(outcome.response?.body)).toBe("refused");
    }
  });

  it("a reply ends the read that the terminal filter waits for, and its later answer is late", async ({ expect }) => {
    const kept: HttpFilterCallbacks[] = [];
    const reads: Promise<unknown>[] = [];
    const stream = startStream({
      filters: [
        (callbacks) => {
          kept.push(callbacks);
          return { decodeData: () => DataStatus.StopAndWatermark };
        },
      ],
      bufferLimit: 4,
      onRun: (_callbacks, body) => reads.push(Promise.resolve(body?.read())),
    });
    stream.manager.decode(HeaderMap.from(POST.headers), new ScriptedBody(POST));
    kept[0]?.sendLocalReply(REFUSAL);
    expect(await reads[0]).toMatchObject({ reason: "local reset" });
    stream.manager.respond(HeaderMap.from(OK.headers), undefined);
    expect([stream.sent, stream.lateCallbacks]).toEqual([["headers 403"], 1]);
  });

  it("the signal aborts on a local reply, on reset and on completion", ({ expect }) => {
    const endings = [
      (stream: ReturnType<typeof startStream>) => stream.manager.sendLocalReply(REFUSAL),
      (stream: ReturnType<typeof startStream>) => stream.manager.reset("remote reset"),
      (stream: ReturnType<typeof startStream>) => stream.manager.complete(),
    ];
    for (const end of endings) {
      const kept: HttpFilterCallbacks[] = [];
      const stream = startStream({
        filters: [
          (callbacks) => {
            kept.push(callbacks);
            return { decodeHeaders: () => HeadersStatus.StopAllAndWatermark };
          },
        ],
      });
      stream.manager.decode(HeaderMap.from(GET.headers), undefined);
      const signal = kept[0]?.signal;
      expect(signal?.aborted).toBe(false);
      end(stream);
      expect(signal?.aborted).toBe(true);
    }
  });

  it("onLocalReply reset breaks the stream, and every filter is told", ({ expect }) => {
    const told: number[] = [];
    const watches = (verdict: "continue" | "reset"): NewHttpFilter => {
      return () => ({
        onLocalReply: (reply) => {
          told.push(reply.status);
          return verdict;
        },
      });
    };
    const stream = startStream({ filters: [watches("reset"), watches("continue"), refuses] });
    stream.manager.decode(HeaderMap.from(GET.headers), undefined);
    expect([told, stream.sent]).toEqual([[403, 403], ["reset local reset"]]);
  });

  it("a reply to HEAD has the headers of the body and no body", async ({ expect }) => {
    const head = { headers: [[":method", "HEAD"]] } as const;
    const outcome = await new FilterHarness({ filters: [refuses], ports: fakePorts() }, OK).run(head);
    expect(outcome.response).toEqual({
      headers: [
        [":status", "403"],
        ["content-length", "7"],
        ["content-type", "text/plain"],
      ],
    });
  });

  it("answers to HEAD, 204 and 304 lose their bodies", async ({ expect }) => {
    const cases = [
      { request: { headers: [[":method", "HEAD"]] }, status: "200" },
      { request: GET, status: "204" },
      { request: GET, status: "304" },
    ] as const;
    for (const { request, status } of cases) {
      const answer = { headers: [[":status", status]], body: OK.body } as const;
      const outcome = await new FilterHarness({ filters: [marks("a")], ports: fakePorts() }, answer).run(request);
      expect(outcome.response?.body).toBeUndefined();
      expect(outcome.response?.headers).toContainEqual(["x-passed", "a true"]);
    }
  });

  it("the headers that a route adds to a reply do not know its code, and encode hooks do", ({ expect }) => {
    const seen: (number | undefined)[] = [];
    const route = {
      kind: "forward",
      finalizeResponseHeaders: (_headers, _request, info) => seen.push(info.responseCode),
    } as Partial<ForwardRoute> as ForwardRoute; // only what a local reply uses
    const looks: NewHttpFilter = (callbacks) => ({
      encodeHeaders: () => {
        seen.push(callbacks.streamInfo.responseCode);
        return HeadersStatus.Continue;
      },
    });
    const stream = startStream({ filters: [looks, refuses], route: () => route });
    stream.manager.decode(HeaderMap.from(GET.headers), undefined);
    expect(seen).toEqual([undefined, 403]);
  });

  it("a reply carries the response headers of the route unless a filter cleared it", ({ expect }) => {
    const route = {
      kind: "forward",
      finalizeResponseHeaders: (headers: HeaderMap) => headers.add("x-route", "1"),
    } as unknown as ForwardRoute; // only what a local reply uses
    const clears: NewHttpFilter = (callbacks) => ({
      decodeHeaders: () => {
        callbacks.clearRouteCache();
        return HeadersStatus.Continue;
      },
    });
    const found = [[refuses], [clears, refuses]].map((filters) => {
      const stream = startStream({ filters, route: () => route });
      stream.manager.decode(HeaderMap.from(GET.headers), undefined);
      return stream.responseHeaders?.has("x-route");
    });
    expect(found).toEqual([true, false]);
  });

  it("respond answers with no local reply's trimmings, through the encode hooks", async ({ expect }) => {
    const answers: NewHttpFilter = (callbacks) => ({
      decodeHeaders: () => {
        callbacks.respond(HeaderMap.from([[":status", "201"]]), new BytesBody(new TextEncoder().encode("cached")));
        return HeadersStatus.Continue;
      },
    });
    const outcome = await new FilterHarness({ filters: [marks("a"), answers], ports: fakePorts() }, OK).run(GET);
    expect(outcome.request).toBeUndefined();
    expect(outcome.response?.headers).toEqual([
      [":status", "201"],
      ["x-passed", "a false"],
    ]);
    expect(textOf(outcome.response?.body)).toBe("cached");
  });

  it("refuse answers without the request passing any filter, through the encode hooks", ({ expect }) => {
    const body = new BytesBody(new Uint8Array(1));
    const stream = startStream({ filters: [marks("a")] });
    stream.manager.refuse(HeaderMap.from(GET.headers), body, REFUSAL);
    expect([stream.terminalRan, stream.sent]).toEqual([false, ["headers 403"]]);
    expect(stream.responseHeaders?.values("x-passed")).toEqual(["a false"]);
    expect(body.read()).toMatchObject({ reason: "local reset" });
  });

  it("a request body beyond the limit is 413, a response body 500", async ({ expect }) => {
    const holdsResponse: NewHttpFilter = () => ({ encodeHeaders: () => HeadersStatus.StopAllAndBuffer });
    const options = { ports: fakePorts(), bufferLimit: 9 };
    const request = await new FilterHarness({ ...options, filters: [holdsRequest] }, OK).run(POST);
    expect([request.response?.headers[0], textOf(request.response?.body), request.details]).toEqual([
      [":status", "413"],
      "Payload Too Large",
      "request_payload_too_large",
    ]);
    const response = await new FilterHarness({ ...options, filters: [holdsResponse] }, OK).run(GET);
    expect([response.response?.headers[0], textOf(response.response?.body), response.details]).toEqual([
      [":status", "500"],
      "Internal Server Error",
      "response_payload_too_large",
    ]);
  });

  it("a body of exactly the limit is buffered, and one beyond it after the headers went out is a reset", async ({
    expect,
  }) => {
    const outcomes = [10, 9].map((bufferLimit) => {
      return new FilterHarness({ filters: [holdsResponseData], ports: fakePorts(), bufferLimit }, OK).run(GET);
    });
    const [fits, exceeds] = await Promise.all(outcomes);
    expect(textOf(fits?.response?.body)).toBe("0123456789");
    expect(exceeds?.reset).toBe("local reset");
  });

  it("a body that breaks off stays broken at the other end", async ({ expect }) => {
    const looks: NewHttpFilter = () => ({
      decodeData: () => DataStatus.Continue,
      encodeData: () => DataStatus.Continue,
    });
    const broken = { ...OK, brokenBy: "connection termination" } as const;
    for (const filters of [[], [looks]]) {
      const outcome = await new FilterHarness({ filters, ports: fakePorts() }, broken).run(GET);
      expect(outcome.response).toMatchObject({ brokenBy: "connection termination", body: chunked("0123456789")[0] });
    }
  });

  it("a response that breaks off while its headers are held is a reset", async ({ expect }) => {
    const holds: NewHttpFilter = () => ({ encodeHeaders: () => HeadersStatus.StopAllAndBuffer });
    const broken = { ...OK, brokenBy: "remote reset" } as const;
    const outcome = await new FilterHarness({ filters: [holds], ports: fakePorts() }, broken).run(GET);
    expect(outcome).toMatchObject({ reset: "remote reset", response: undefined });
  });

  it("a filter's own end does not close a body that broke off", async ({ expect }) => {
    const injects: NewHttpFilter = (callbacks) => ({
      encodeData: () => {
        callbacks.timers.after(1, 0, () => void callbacks.injectEncodedData(new Uint8Array(1), true));
        return DataStatus.StopNoBuffer;
      },
    });
    const broken = new ScriptedBody({ ...OK, brokenBy: "remote reset" });
    const stream = startStream({
      filters: [injects],
      onRun: (callbacks) => callbacks.respond(HeaderMap.from(OK.headers), broken),
    });
    stream.manager.decode(HeaderMap.from(GET.headers), undefined);
    const received = receive(new HeaderMap(), stream.responseBody);
    stream.timers.advance(10);
    expect(await received).toMatchObject({ brokenBy: "remote reset" });
  });
});
