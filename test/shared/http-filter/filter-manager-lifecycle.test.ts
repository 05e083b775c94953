import fc from "fast-check";
import { describe, it } from "vitest";
import { isPromise } from "../../../shared/base/maybe-promise.ts";
import type { BodySource } from "../../../shared/http/body-source.ts";
import { HeaderMap } from "../../../shared/http/header-map.ts";
import type { NewHttpFilter } from "../../../shared/http-filter/filter-factory.ts";
import { type DataStatus, HeadersStatus, type TrailersStatus } from "../../../shared/http-filter/filter-status.ts";
import type {
  HttpFilter,
  HttpFilterCallbacks,
  TerminalFilterCallbacks,
} from "../../../shared/http-filter/http-filter.ts";
import { ScriptedBody, type ScriptedMessage } from "../../../shared/http-filter/testing.ts";
import { chunked } from "../../support/filter-streams.ts";
import { startStream, type StreamUnderTest } from "./stream-under-test.ts";

const FILTERS = 3;
const REQUESTS: readonly ScriptedMessage[] = [
  { headers: [] },
  { headers: [], body: [] },
  { headers: [], body: chunked("a body that comes in pieces", [3, 9]) },
  { headers: [], body: chunked("a body that comes in pieces", [5, 11]), trailers: [["t", "1"]] },
  { headers: [], body: chunked("a body that breaks", [6]), brokenBy: "remote reset" },
];
const ENDS = ["complete", "reset", "local reply", "reset stream"] as const;

/** Something that happens to a stream from outside a hook. `who` is a filter. */
const event = fc.record({
  who: fc.nat(FILTERS - 1),
  does: fc.constantFrom(
    "continue decoding",
    "continue encoding",
    "add decoded",
    "add encoded",
    "inject decoded",
    "inject encoded",
    "local reply",
    "filter responds",
    "reset stream",
    "throw in timer",
    "read request",
    "cancel request",
    "respond",
    "respond empty",
    "upgrade",
    "inform",
    "read response",
    "cancel response",
    "client resets",
    "client has it all",
    "time passes",
    "microtasks",
  ),
});
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

/** What the hooks of a filter answer, in turn. `act` is something to do from within. */
const hookScript = fc.record({
  headers: fc.array(fc.nat(5), { minLength: 2, maxLength: 2 }),
  data: fc.array(fc.nat(3), { minLength: 1, maxLength: 4 }),
  trailers: fc.array(fc.nat(1), { minLength: 1, maxLength: 2 }),
  isAsync: fc.boolean(),
  acts: fc.array(
    fc.constantFrom("nothing", "nothing", "local reply", "continue", "add", "inject", "reset", "throw", "respond"),
    { minLength: 1, maxLength: 5 },
  ),
  watchesData: fc.boolean(),
});
type HookScript = typeof hookScript extends fc.Arbitrary<infer T> ? T : never;

class RandomRun {
  readonly stream: StreamUnderTest;
  readonly problems: string[] = [];
  readonly completed: number[] = [];
  readonly destroyed: number[] = [];
  readonly #callbacks: HttpFilterCallbacks[] = [];
  readonly #outstanding = new Set<Promise<unknown>>();
  #terminal: TerminalFilterCallbacks | undefined;
  #requestBody: BodySource | undefined;
  #readsRequest = false;
  #readsResponse = false;

  constructor(scripts: readonly HookScript[]) {
    this.stream = startStream({
      bufferLimit: 8,
      filters: scripts.map((script, index) => this.#filterFrom(script, index)),
      onRun: (callbacks, body) => {
        this.#terminal = callbacks;
        this.#requestBody = body;
      },
    });
  }

  start(message: ScriptedMessage, isAsync: boolean): void {
    const body = message.body === undefined ? undefined : new ScriptedBody(message, () => isAsync);
    this.stream.manager.decode(HeaderMap.from([[":method", "POST"]]), body);
  }

  async play({ who, does }: Event): Promise<void> {
    const callbacks = this.#callbacks[who];
    const { manager, responseBody } = this.stream;
    const bytes = Uint8Array.of(1, 2, 3);
    switch (does) {
      case "continue decoding":
        callbacks?.continueDecoding();
        break;
      case "continue encoding":
        callbacks?.continueEncoding();
        break;
      case "add decoded":
        callbacks?.addDecodedData(bytes);
        break;
      case "add encoded":
        callbacks?.addEncodedData(bytes);
        break;
      case "inject decoded":
        this.#track(callbacks?.injectDecodedData(bytes, false));
        break;
      case "inject encoded":
        this.#track(callbacks?.injectEncodedData(bytes, false));
        break;
      case "local reply":
        callbacks?.sendLocalReply({ status: 403, body: "no", details: "test" });
        break;
      case "filter responds":
        callbacks?.respond(status("201"), undefined);
        break;
      case "reset stream":
        callbacks?.resetStream("local reset");
        break;
      case "throw in timer":
        callbacks?.timers.after(1, 0, () => {
          throw new Error("timer");
        });
        break;
      case "read request":
        this.#readRequest();
        break;
      case "cancel request":
        this.#requestBody?.cancel("local reset");
        break;
      case "respond":
        this.#terminal?.respond(status("200"), new ScriptedBody({ headers: [], body: chunked("answer", [2]) }));
        break;
      case "respond empty":
        this.#terminal?.respond(status("204"), undefined);
        break;
      case "upgrade":
        this.#terminal?.upgrade(status("101"), {});
        break;
      case "inform":
        this.#terminal?.respondInformational(status("103"));
        break;
      case "read response":
        this.#readResponse(responseBody);
        break;
      case "cancel response":
        responseBody?.cancel("remote reset");
        break;
      case "client resets":
        manager.reset("remote reset");
        break;
      case "client has it all":
        manager.complete();
        break;
      case "time passes":
        this.stream.timers.advance(10);
        break;
      case "microtasks":
        await turns();
        break;
    }
  }

  async end(how: (typeof ENDS)[number]): Promise<void> {
    const { manager } = this.stream;
    if (how === "local reply") manager.sendLocalReply({ status: 500, details: "test" });
    if (how === "reset stream") manager.resetStream("local reset");
    if (how === "complete") manager.complete();
    manager.reset("remote reset");
    await turns();
  }

  check(): readonly string[] {
    const problems = [...this.problems];
    if (this.#outstanding.size > 0) problems.push(`${this.#outstanding.size} promises are not settled`);
    const { sent, timers } = this.stream;
    if (sent.filter((what) => /^(headers|upgrade)/.test(what)).length > 1) problems.push("answered twice");
    const resetAt = sent.findIndex((what) => what.startsWith("reset"));
    if (resetAt >= 0 && resetAt < sent.length - 1) problems.push("something was sent after a reset");
    if (timers.pending > 0) problems.push("a timer was left");
    const once = Array.from({ length: FILTERS }, (_, index) => index).join();
    if (this.destroyed.toSorted((a, b) => a - b).join() !== once) problems.push(`destroyed ${this.destroyed.join()}`);
    if (this.completed.toSorted((a, b) => a - b).join() !== once) problems.push(`completed ${this.completed.join()}`);
    return problems;
  }

  #readRequest(): void {
    if (this.#readsRequest || this.#requestBody === undefined) return;
    this.#readsRequest = true;
    this.#track(this.#requestBody.read(), () => {
      this.#readsRequest = false;
    });
  }

  #readResponse(body: BodySource | undefined): void {
    if (this.#readsResponse || body === undefined) return;
    this.#readsResponse = true;
    this.#track(body.read(), () => {
      this.#readsResponse = false;
    });
  }

  #track(result: unknown, settled: () => void = () => undefined): void {
    if (!isPromise(result)) {
      settled();
      return;
    }
    this.#outstanding.add(result);
    const done = (): void => {
      this.#outstanding.delete(result);
      settled();
    };
    result.then(done, (error: unknown) => {
      this.problems.push(`a promise rejected: ${String(error)}`);
      done();
    });
  }

  #filterFrom(script: HookScript, index: number): NewHttpFilter {
    return (callbacks) => {
      this.#callbacks[index] = callbacks;
      const turn = { headers: 0, data: 0, trailers: 0, act: 0 };
      const hook = <Status>(kind: "headers" | "data" | "trailers", resume: () => void): Status | Promise<Status> => {
        const pick = script[kind][turn[kind]++ % script[kind].length];
        this.#act(script.acts[turn.act++ % script.acts.length], callbacks, resume);
        // The scripts hold the numbers of the statuses.
        return script.isAsync ? Promise.resolve(pick as Status) : (pick as Status);
      };
      const filter: HttpFilter = {
        decodeHeaders: () => hook<HeadersStatus>("headers", () => callbacks.continueDecoding()),
        encodeHeaders: () => hook<HeadersStatus>("headers", () => callbacks.continueEncoding()),
        onComplete: () => this.completed.push(index),
        onDestroy: () => this.destroyed.push(index),
      };
      if (!script.watchesData) return filter;
      return {
        ...filter,
        decodeData: () => hook<DataStatus>("data", () => callbacks.continueDecoding()),
        encodeData: () => hook<DataStatus>("data", () => callbacks.continueEncoding()),
        decodeTrailers: () => hook<TrailersStatus>("trailers", () => callbacks.continueDecoding()),
        encodeTrailers: () => hook<TrailersStatus>("trailers", () => callbacks.continueEncoding()),
      };
    };
  }

  #act(act: HookScript["acts"][number] | undefined, callbacks: HttpFilterCallbacks, resume: () => void): void {
    if (act === "local reply") callbacks.sendLocalReply({ status: 403, details: "test" });
    if (act === "continue") resume();
    if (act === "add") callbacks.addDecodedData(Uint8Array.of(9));
    if (act === "inject") this.#track(callbacks.injectDecodedData(Uint8Array.of(8), false));
    if (act === "reset") callbacks.resetStream("overflow");
    if (act === "throw") throw new Error("hook");
    if (act === "respond") callbacks.respond(status("201"), new ScriptedBody({ headers: [], body: chunked("own") }));
  }
}

function status(code: string): HeaderMap {
  return HeaderMap.from([[":status", code]]);
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

describe("FilterManager lifecycle", () => {
  it("settles every promise and ends once, whatever happens in whatever order", async ({ expect }) => {
    const scenario = fc.record({
      hooks: fc.array(hookScript, { minLength: FILTERS, maxLength: FILTERS }),
      request: fc.constantFrom(...REQUESTS),
      isAsync: fc.boolean(),
      events: fc.array(event, { maxLength: 40 }),
      end: fc.constantFrom(...ENDS),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ hooks, request, isAsync, events, end }) => {
        const run = new RandomRun(hooks);
        run.start(request, isAsync);
        for (const step of events) await run.play(step);
        await run.end(end);
        expect(run.check()).toEqual([]);
      }),
      { seed: 20260102, numRuns: 2000 },
    );
  });

  it("onComplete and onDestroy come once, in that order, for the terminal filter too", ({ expect }) => {
    const order: string[] = [];
    const stream = startStream({
      filters: [() => ({ onComplete: () => order.push("f complete"), onDestroy: () => order.push("f destroy") })],
      terminal: { onComplete: () => order.push("t complete"), onDestroy: () => order.push("t destroy") },
      onRun: (callbacks) => callbacks.respond(status("200"), undefined),
    });
    stream.manager.decode(new HeaderMap(), undefined);
    expect(order).toEqual([]);
    for (let call = 0; call < 2; call++) stream.manager.complete();
    stream.manager.reset("remote reset");
    expect(order).toEqual(["f complete", "t complete", "f destroy", "t destroy"]);
  });

  it("a host that ends the stream from within the answer is safe", ({ expect }) => {
    const destroyed: number[] = [];
    const stream = startStream({
      filters: [
        () => ({
          decodeHeaders: () => HeadersStatus.Continue,
          encodeHeaders: () => HeadersStatus.Continue,
          onDestroy: () => destroyed.push(destroyed.length),
        }),
      ],
      onRun: (callbacks) => callbacks.respond(status("200"), undefined),
      onResponse: () => stream.manager.complete(),
    });
    stream.manager.decode(new HeaderMap(), undefined);
    expect([destroyed, stream.sent]).toEqual([[0], ["headers 200 end"]]);
  });

  it("a hook that asks for two endings gets the stronger one", ({ expect }) => {
    const stream = startStream({
      filters: [
        (callbacks) => ({
          decodeHeaders: () => {
            callbacks.sendLocalReply({ status: 403, details: "test" });
            callbacks.resetStream("overflow");
            return HeadersStatus.Continue;
          },
        }),
      ],
    });
    stream.manager.decode(new HeaderMap(), undefined);
    expect([stream.sent, stream.terminalRan]).toEqual([["reset overflow"], false]);
  });

  it("upgrade passes the encode hooks and hands the connection to the host", ({ expect }) => {
    const seen: boolean[] = [];
    const stream = startStream({
      filters: [
        () => ({
          encodeHeaders: (_headers, endStream) => {
            seen.push(endStream);
            return HeadersStatus.Continue;
          },
        }),
      ],
      onRun: (callbacks) => callbacks.upgrade(status("101"), {}),
    });
    stream.manager.decode(new HeaderMap(), undefined);
    expect([seen, stream.sent, stream.streamInfo.responseCode]).toEqual([[false], ["upgrade 101"], 101]);
  });

  it("respondInformational passes the filters in reverse and leaves the answer open", ({ expect }) => {
    const order: string[] = [];
    const filters = ["a", "b"].map((name): NewHttpFilter => () => ({ encodeInformational: () => order.push(name) }));
    const stream = startStream({
      filters,
      onRun: (callbacks) => {
        callbacks.respondInformational(status("103"));
        callbacks.respond(status("200"), undefined);
      },
    });
    stream.manager.decode(new HeaderMap(), undefined);
    expect([order, stream.sent]).toEqual([
      ["b", "a"],
      ["informational 103", "headers 200 end"],
    ]);
  });
});
