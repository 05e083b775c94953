import { describe, it } from "vitest";
import { compareExchanges } from "./compare-exchanges.ts";
import type { Answer, Exchange, UpstreamRequest } from "./exchange.ts";

const ANSWER = { kind: "answer", status: 200, headers: [["x-a", "1"]], body: "text" } as const;
const REQUEST: UpstreamRequest = { backend: "one", method: "GET", target: "/", headers: [["host", "h"]], body: "" };
const EXCHANGE: Exchange = {
  answer: ANSWER,
  upstream: [REQUEST],
  log: { status: 200, flags: "-", details: "via_upstream" },
  ownLog: ["a line"],
};

const answered = (answer: Partial<typeof ANSWER> | Answer): Exchange => ({
  ...EXCHANGE,
  answer: { ...ANSWER, ...answer },
});
const forwarded = (...upstream: readonly Partial<UpstreamRequest>[]): Exchange => ({
  ...EXCHANGE,
  upstream: upstream.map((request) => ({ ...REQUEST, ...request })),
});
const logged = (log: Exchange["log"]): Exchange => ({ ...EXCHANGE, log });

const CASES: readonly (readonly [name: string, nuncio: Exchange, differences: readonly string[]])[] = [
  ["nothing", EXCHANGE, []],
  ["the case of header names", answered({ headers: [["X-A", "1"]] } as object), []],
  ["status", answered({ status: 503 } as object), ["status "]],
  ["a broken answer", answered({ kind: "broken", how: "closed" }), ["status "]],
  ["body", answered({ body: "other" } as object), ["body "]],
  ["a header's value", answered({ headers: [["x-a", "2"]] } as object), ["header x-a"]],
  ["an added header", answered({ headers: [...ANSWER.headers, ["x-b", ""]] } as object), ["header x-b"]],
  ["a missing header", answered({ headers: [] } as object), ["header x-a"]],
  ["another backend", forwarded({ backend: "two" }), ["backend "]],
  ["no backend", forwarded(), ["backend "]],
  ["a second attempt", forwarded({}, {}), ["backend "]],
  ["upstream method", forwarded({ method: "POST" }), ["upstream-target "]],
  ["upstream target", forwarded({ target: "/x" }), ["upstream-target "]],
  ["upstream header", forwarded({ headers: [["host", "i"]] }), ["upstream-header host"]],
  ["upstream body", forwarded({ body: "x" }), ["upstream-body "]],
  ["flags", logged({ status: 200, flags: "UF", details: "via_upstream" }), ["flag "]],
  ["details", logged({ status: 200, flags: "-", details: "x" }), ["details "]],
  ["a logged field", logged({ status: 201, flags: "-", details: "via_upstream" }), ["log status"]],
  ["a missing line", logged(undefined), ["log line"]],
  ["lines of its own", { ...EXCHANGE, ownLog: [] }, ["log "]],
];

describe("compareExchanges", () => {
  it.for(CASES)("reports %s", ([, nuncio, expected], { expect }) => {
    const found = compareExchanges(EXCHANGE, nuncio).map(({ kind, name }) => `${kind} ${name}`);
    expect(found).toEqual(expected);
  });

  it("tells values from lines from order", ({ expect }) => {
    const kinds = (headers: readonly (readonly [string, string])[]): readonly string[] => {
      const two = forwarded({
        headers: [
          ["x", "a, b"],
          ["y", "1"],
        ],
      });
      return compareExchanges(two, forwarded({ headers })).map(({ kind }) => kind);
    };
    expect(
      kinds([
        ["x", "a"],
        ["x", "b"],
        ["y", "1"],
      ]),
    ).toEqual(["upstream-header-lines"]);
    expect(
      kinds([
        ["y", "1"],
        ["x", "a, b"],
      ]),
    ).toEqual(["upstream-header-order"]);
    expect(
      kinds([
        ["y", "1"],
        ["x", "b, a"],
      ]),
    ).toEqual(["upstream-header"]);
  });

  it("joins cookie lines with a semicolon", ({ expect }) => {
    const one = forwarded({ headers: [["cookie", "a=1; b=2"]] });
    const two = forwarded({
      headers: [
        ["cookie", "a=1"],
        ["cookie", "b=2"],
      ],
    });
    expect(compareExchanges(one, two).map(({ kind }) => kind)).toEqual(["upstream-header-lines"]);
  });
});
