import fc from "fast-check";
import { describe, it } from "vitest";
import { ExponentialBackOff, lowerBoundBackOff } from "../../../../shared/filters/http/router/back-off.ts";
import { resetIntervalOf } from "../../../../shared/filters/http/router/reset-interval.ts";
import { HeaderMap } from "../../../../shared/http/header-map.ts";
import type { RouteRetryPolicy } from "../../../../shared/schema/envoy-types.ts";
import { SeededRandom } from "../../../support/fakes.ts";
import { retryRoute } from "../../../support/retry-route.ts";
import { RouterBench } from "../../../support/router-stream.ts";
import { clusterConfig, endpointAt } from "../../../support/sample-cluster.ts";
import { type Outcome, ScriptedUpstream } from "../../../support/scripted-upstream.ts";

const LARGEST_DRAW = 0xffffffff;

function boundsOf(retryBackOff: RouteRetryPolicy["retryBackOff"]): { readonly baseMs: number; readonly maxMs: number } {
  const { policies } = retryRoute({ retryOn: "5xx", ...(retryBackOff && { retryBackOff }) });
  return policies.retry?.backOff ?? { baseMs: Number.NaN, maxMs: Number.NaN };
}

describe("ExponentialBackOff", () => {
  it.for([
    [undefined, { baseMs: 25, maxMs: 250 }],
    [{ baseInterval: "0.010s" }, { baseMs: 10, maxMs: 100 }],
    [
      { baseInterval: "0.010s", maxInterval: "0.015s" },
      { baseMs: 10, maxMs: 15 },
    ],
    [{ baseInterval: "0.000100s" }, { baseMs: 1, maxMs: 10 }],
    [
      { baseInterval: "1s", maxInterval: "60s" },
      { baseMs: 1000, maxMs: 60_000 },
    ],
  ] as const)("of %o has the bounds %o", ([retryBackOff, bounds], { expect }) => {
    expect(boundsOf(retryBackOff)).toEqual(bounds);
  });

  it("gives the waits of Envoy's own example: below 25, 50, 100, 200, then always 250", ({ expect }) => {
    const bounds = [25, 50, 100, 200, 250, 250, 250];
    const largest = bounds.map((bound) => {
      const backOff = new ExponentialBackOff({ baseMs: 25, maxMs: 250 }, { uint32: () => bound - 1, uuid: () => "" });
      return Array.from({ length: bounds.indexOf(bound) + 1 }, () => backOff.next()).at(-1);
    });
    expect(largest).toEqual(bounds.map((bound) => bound - 1));
  });

  it("waits a whole number of milliseconds from 0 to below min(base * 2^(n-1), max) before the n-th retry", ({
    expect,
  }) => {
    const base = fc.integer({ min: 1, max: 1000 });
    const factor = fc.integer({ min: 1, max: 50 });
    const draws = fc.array(fc.integer({ min: 0, max: LARGEST_DRAW }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(base, factor, draws, (baseMs, times, fixed) => {
        const maxMs = baseMs * times;
        const backOff = new ExponentialBackOff({ baseMs, maxMs }, new SeededRandom(1, fixed));
        const expected = fixed.map((draw, at) => draw % Math.min(baseMs * 2 ** at, maxMs));
        expect(fixed.map(() => backOff.next())).toEqual(expected);
      }),
      { seed: 20261123, numRuns: 500 },
    );
  });
});

describe("lowerBoundBackOff", () => {
  it("waits from the interval to below one and a half of it", ({ expect }) => {
    const draw = fc.integer({ min: 0, max: LARGEST_DRAW });
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 300_000 }), draw, (intervalMs, fixed) => {
        const waitMs = lowerBoundBackOff(intervalMs, new SeededRandom(1, [fixed]));
        expect(waitMs).toBeGreaterThanOrEqual(intervalMs);
        expect(waitMs).toBeLessThan(intervalMs * 1.5);
      }),
      { seed: 20261123, numRuns: 500 },
    );
  });
});

describe("resetIntervalOf", () => {
  const NOW_S = 1_800_000_000;
  const policy = {
    headers: [
      { name: "retry-after", format: "SECONDS" },
      { name: "x-reset-at", format: "UNIX_TIMESTAMP" },
    ],
    maxMs: 300_000,
  } as const;

  it.for([
    [{}, undefined],
    [{ "retry-after": "2" }, 2000],
    [{ "retry-after": "0" }, undefined],
    [{ "retry-after": "-1" }, undefined],
    [{ "retry-after": "1.5" }, undefined],
    [{ "retry-after": "Wed, 21 Oct 2026 07:28:00 GMT" }, undefined],
    [{ "retry-after": "300" }, 300_000],
    [{ "retry-after": "301" }, undefined],
    [{ "x-reset-at": String(NOW_S + 7) }, 7000],
    [{ "x-reset-at": String(NOW_S) }, undefined],
    [{ "x-reset-at": String(NOW_S - 1) }, undefined],
    [{ "x-reset-at": String(NOW_S + 301) }, undefined],
    [{ "retry-after": "3", "x-reset-at": String(NOW_S + 7) }, 3000],
    [{ "retry-after": "301", "x-reset-at": String(NOW_S + 7) }, 7000],
  ] as const)("reads %o as %s", ([headers, intervalMs], { expect }) => {
    const map = HeaderMap.from(Object.entries(headers));
    expect(resetIntervalOf(map, policy, NOW_S * 1000 + 999)).toBe(intervalMs);
  });
});

describe("RetryState waits", () => {
  const LIMITED: Outcome = { status: 503, headers: { "retry-after": "2" } };
  const retry: RouteRetryPolicy = {
    retryOn: "5xx",
    numRetries: 3,
    rateLimitedRetryBackOff: { resetHeaders: [{ name: "Retry-After" }] },
  };

  function bench(script: readonly Outcome[]): { readonly bench: RouterBench; readonly upstream: ScriptedUpstream } {
    const upstream = new ScriptedUpstream(script);
    const random = new SeededRandom(1, [0, 0, 0, 0, 0, 0]);
    const app = clusterConfig("app", [endpointAt("10.0.0.1:80")]);
    return { bench: new RouterBench({ clusters: [app], upstream, random }), upstream };
  }

  it("as long as the answer asks, then by the policy for an answer that does not ask", ({ expect }) => {
    const { bench: router, upstream } = bench([LIMITED, { status: 503 }]);
    router.request(retryRoute(retry));
    router.timers.advance(1999);
    expect(upstream.attempts.length).toBe(1);
    router.timers.advance(1001 + 25);
    expect(upstream.attempts.length).toBe(3);
    expect(router.stat("cluster.app.upstream_rq_retry_backoff_ratelimited")).toBe(1);
    expect(router.stat("cluster.app.upstream_rq_retry_backoff_exponential")).toBe(1);
  });

  it("never by an answer that is not retried", ({ expect }) => {
    const { bench: router, upstream } = bench([{ status: 200, headers: { "retry-after": "2" } }]);
    router.request(retryRoute(retry));
    expect(upstream.attempts.length).toBe(1);
    expect(router.leftovers).toEqual([]);
  });
});
