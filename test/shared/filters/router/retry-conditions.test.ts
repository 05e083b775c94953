import { describe, it } from "vitest";
import type { ResetReason } from "../../../../shared/http/reset-reason.ts";
import { HeaderMap } from "../../../../shared/http/header-map.ts";
import { END } from "../../../../shared/http/body-source.ts";
import { RouterBench } from "../../../support/router-stream.ts";
import { retryRoute } from "../../../support/retry-route.ts";
import { clusterConfig, endpointAt } from "../../../support/sample-cluster.ts";
import { idle, type Outcome, ScriptedUpstream } from "../../../support/scripted-upstream.ts";

const APP = clusterConfig("app", [endpointAt("10.0.0.1:80")]);

const NAMES = [
  "5xx",
  "gateway-error",
  "connect-failure",
  "envoy-ratelimited",
  "refused-stream",
  "reset",
  "reset-before-request",
  "retriable-4xx",
  "retriable-headers",
  "retriable-status-codes",
  "cancelled",
  "deadline-exceeded",
  "internal",
  "resource-exhausted",
  "unavailable",
] as const;
type Name = (typeof NAMES)[number];

/** What else the policy says: one of each, so that every condition has something to go by. */
const DETAILS = {
  retriableStatusCodes: [418],
  retriableHeaders: [{ name: "x-try-again", presentMatch: true }],
};

/** Every outcome of the first attempt, with the conditions for which Envoy makes another one. */
const STATUSES: readonly (readonly [number, readonly Name[]])[] = [
  [200, []],
  [204, []],
  [304, []],
  [400, []],
  [404, []],
  [409, ["retriable-4xx"]],
  [418, ["retriable-status-codes"]],
  [429, []],
  [500, ["5xx"]],
  [501, ["5xx"]],
  [502, ["5xx", "gateway-error"]],
  [503, ["5xx", "gateway-error"]],
  [504, ["5xx", "gateway-error"]],
  [505, ["5xx"]],
  [599, ["5xx"]],
];
const GRPC: readonly (readonly [string, readonly Name[]])[] = [
  ["0", []],
  ["1", ["cancelled"]],
  ["2", []],
  ["4", ["deadline-exceeded"]],
  ["8", ["resource-exhausted"]],
  ["13", ["internal"]],
  ["14", ["unavailable"]],
  ["16", []],
];
const RESETS: readonly (readonly [ResetReason, readonly Name[]])[] = [
  ["local reset", []],
  ["local refused stream reset", []],
  ["local connection failure", ["connect-failure"]],
  ["remote reset", []],
  ["remote refused stream reset", ["refused-stream"]],
  ["remote connection failure", ["connect-failure"]],
  ["connection termination", []],
  ["connection timeout", ["connect-failure"]],
  ["protocol error", []],
];
const ANY_RESET: readonly Name[] = ["5xx", "gateway-error", "reset"];

interface Case {
  readonly what: string;
  readonly outcome: Outcome;
  readonly retriedOn: readonly Name[];
}

const CASES: readonly Case[] = [
  ...STATUSES.map(([status, retriedOn]) => ({ what: `status ${status}`, outcome: { status }, retriedOn })),
  ...STATUSES.map(([status]) => ({
    what: `rate-limited ${status}`,
    outcome: { status, headers: { "x-envoy-ratelimited": "true", "x-try-again": "1", "grpc-status": "14" } },
    retriedOn: ["envoy-ratelimited"] as const,
  })),
  { what: "a header", outcome: { status: 200, headers: { "x-try-again": "1" } }, retriedOn: ["retriable-headers"] },
  ...GRPC.map(([status, retriedOn]) => ({
    what: `grpc-status ${status}`,
    outcome: { status: 200, headers: { "content-type": "application/grpc", "grpc-status": status } },
    retriedOn,
  })),
  ...RESETS.flatMap(([reason, names]) => [
    {
      what: `${reason}, nothing sent`,
      outcome: { fail: reason, sent: "nothing" } as const,
      retriedOn: [...ANY_RESET, ...names, "reset-before-request"] as const,
    },
    {
      what: `${reason}, a part sent`,
      outcome: { fail: reason, sent: "partial" } as const,
      retriedOn: [...ANY_RESET, ...names],
    },
    {
      what: `${reason}, all sent`,
      outcome: { fail: reason, sent: "all" } as const,
      retriedOn: [...ANY_RESET, ...names],
    },
  ]),
  { what: "overflow", outcome: { fail: "overflow", sent: "nothing" }, retriedOn: [] },
];

/** The conditions that get another attempt, each asked for alone. */
function retriedOn(outcome: Outcome): readonly Name[] {
  return NAMES.filter((retryOn) => {
    const upstream = new ScriptedUpstream([outcome]);
    const bench = new RouterBench({ clusters: [APP], upstream });
    bench.request(retryRoute({ retryOn, ...DETAILS }));
    bench.timers.advance(25);
    return upstream.attempts.length === 2;
  });
}

describe("RetryState conditions", () => {
  it.for(CASES)(
    "makes another attempt after $what for the conditions that Envoy names",
    ({ outcome, retriedOn: names }, { expect }) => {
      expect(new Set(retriedOn(outcome))).toEqual(new Set(names));
    },
  );

  it.for([
    ["5xx", "200"],
    ["gateway-error", "200"],
    ["reset", "200"],
    ["connect-failure", "504"],
    ["refused-stream", "504"],
    ["reset-before-request", "504"],
    ["unavailable", "504"],
  ] as const)("take an attempt that ran out of time for a reset: %s ends with %s", ([retryOn, status], { expect }) => {
    const upstream = new ScriptedUpstream(["stalls"]);
    const bench = new RouterBench({ clusters: [APP], upstream });
    const { client } = bench.request(retryRoute({ retryOn, perTryTimeout: "0.100s" }));
    bench.timers.advance(200);
    expect(client.headers?.get(":status")).toBe(status);
    expect(bench.leftovers).toEqual([]);
  });

  it("count as sent what an attempt before had sent", ({ expect }) => {
    const upstream = new ScriptedUpstream([
      { fail: "remote refused stream reset", sent: "partial" },
      { fail: "remote connection failure", sent: "nothing" },
    ]);
    const bench = new RouterBench({ clusters: [APP], upstream });
    bench.request(retryRoute({ retryOn: "refused-stream,reset-before-request", numRetries: 5 }));
    bench.timers.advance(1000);
    expect(upstream.attempts.length).toBe(2);
  });
});

/** Data or none, then trailers. */
function grpcBody(
  status: string,
  data: readonly number[] = [],
): NonNullable<Extract<Outcome, { status: number }>["body"]> {
  const chunks = data.map((byte) => Uint8Array.of(byte));
  return {
    read: () => Promise.resolve(chunks.shift() ?? END),
    trailers: () => HeaderMap.from([["grpc-status", status]]),
    cancel: () => undefined,
    unwrap: () => undefined,
  };
}

describe("RetryState and gRPC trailers", () => {
  async function attemptsAfter(body: ReturnType<typeof grpcBody>, retryOn: string): Promise<number> {
    const headers = { "content-type": "application/grpc" };
    const upstream = new ScriptedUpstream([{ status: 200, headers, body }]);
    const bench = new RouterBench({ clusters: [APP], upstream });
    bench.request(retryRoute({ retryOn }), headers);
    await idle();
    bench.timers.advance(25);
    await idle();
    return upstream.attempts.length;
  }

  it.for(GRPC)(
    "status %s in trailers before any data is judged like one in the head",
    async ([status, names], { expect }) => {
      const all = ["cancelled", "deadline-exceeded", "internal", "resource-exhausted", "unavailable", "5xx"] as const;
      const attempts = await Promise.all(all.map((name) => attemptsAfter(grpcBody(status), name)));
      const retried = all.filter((_name, at) => attempts[at] === 2);
      expect(retried).toEqual(names);
    },
  );

  it("passes on an answer that has data, whatever its trailers say", async ({ expect }) => {
    expect(await attemptsAfter(grpcBody("14", [1, 2]), "unavailable")).toBe(1);
  });
});
