import { describe, it } from "vitest";
import type { Exchange } from "./exchange.ts";
import { normaliseExchange } from "./normalise-exchange.ts";

const OPTIONS = { id: "rig-en-00007", listenerPort: 4040, balanced: [] };
const UUID = "6f1c2d3e-4a5b-4c6d-8e7f-0123456789ab";

const exchange = (part: Partial<Exchange>): Exchange => ({
  answer: { kind: "broken", how: "closed" },
  upstream: [],
  log: undefined,
  ownLog: [],
  ...part,
});

describe("normaliseExchange", () => {
  it("replaces ids, times and the listener's address", ({ expect }) => {
    const headers = [
      ["Date", "Mon, 23 Nov 2026 07:00:00 GMT"],
      ["x-envoy-upstream-service-time", "12"],
      ["location", `http://127.0.0.1:4040/rig-en-00007/${UUID}`],
    ] as const;
    const before = exchange({ answer: { kind: "answer", status: 200, headers, body: "rig-en-00007" } });
    const lines = [
      ["Date", "TIME"],
      ["x-envoy-upstream-service-time", "TIME"],
      ["location", "http://LISTENER/ID/UUID"],
    ];
    expect(normaliseExchange(before, OPTIONS).answer).toEqual({
      kind: "answer",
      status: 200,
      headers: lines,
      body: "ID",
    });
  });

  it("replaces in the access log too, and leaves numbers", ({ expect }) => {
    const before = exchange({ log: { id: "rig-en-00007", status: 200 }, ownLog: ["GET rig-en-00007"] });
    const { log, ownLog } = normaliseExchange(before, OPTIONS);
    expect([log, ownLog]).toEqual([{ id: "ID", status: 200 }, ["GET ID"]]);
  });

  it("rounds up the time that a later attempt is told it has left", ({ expect }) => {
    const told = (ms: string): unknown => {
      const headers = [["x-envoy-expected-rq-timeout-ms", ms]] as const;
      const request = { backend: "one", method: "GET", target: "/", headers, body: "" };
      return normaliseExchange(exchange({ upstream: [request] }), OPTIONS).upstream[0]?.headers[0]?.[1];
    };
    expect(["15000", "14991", "2790", "200", "abc"].map(told)).toEqual(["15000", "15000", "3000", "200", "abc"]);
  });

  it("hides which of the balanced backends it was, and no other", ({ expect }) => {
    const seen = { method: "GET", target: "/", headers: [], body: "" };
    const upstream = [
      { backend: "two", ...seen },
      { backend: "three", ...seen },
    ];
    const before = exchange({ upstream, ownLog: ["two     |twofold"] });
    const after = normaliseExchange(before, { ...OPTIONS, balanced: ["one", "two"] });
    expect(after.upstream.map(({ backend }) => backend)).toEqual(["BALANCED", "three"]);
    expect(after.ownLog).toEqual(["BALANCED|twofold"]);
  });

  it("sorts what several backends got by backend, keeping the attempts of each in order", ({ expect }) => {
    const request = (backend: string, target: string): Exchange["upstream"][number] => {
      return { backend, method: "GET", target, headers: [], body: "" };
    };
    const before = exchange({ upstream: [request("two", "/1"), request("one", "/2"), request("two", "/3")] });
    expect(normaliseExchange(before, OPTIONS).upstream.map(({ target }) => target)).toEqual(["/2", "/1", "/3"]);
  });
});
