import { describe, it } from "vitest";
import { corsFilter } from "../../../../shared/filters/http/cors/cors-filter.ts";
import { FilterHarness, type FilterOutcome } from "../../../../shared/http-filter/testing.ts";
import type { Route } from "../../../../shared/router/route.ts";
import type { CorsPolicy } from "../../../../shared/schema/envoy-types.ts";
import { setUpFilter } from "../../../support/filter-setup.ts";
import { fakePorts } from "../../../support/filter-streams.ts";

const OK = {
  headers: [
    [":status", "200"],
    ["access-control-allow-origin", "http://upstream"],
  ],
} as const;
const ORIGIN = { allowOriginStringMatch: [{ exact: "http://a.com" }] } as const;
const FULL: CorsPolicy = {
  ...ORIGIN,
  allowMethods: "GET,PUT",
  allowHeaders: "x-h",
  exposeHeaders: "x-e",
  maxAge: "10",
  allowCredentials: true,
  allowPrivateNetworkAccess: true,
};

type Pairs = readonly (readonly [string, string])[];

const simple = (origin: string): Pairs => [
  [":method", "GET"],
  ["origin", origin],
];
const preflight = (origin: string, ...more: Pairs): Pairs => [
  [":method", "OPTIONS"],
  ["origin", origin],
  ["access-control-request-method", "PUT"],
  ...more,
];

interface Run {
  readonly outcome: FilterOutcome;
  readonly valid: number;
  readonly invalid: number;
}

async function run(headers: Pairs, policies: readonly CorsPolicy[], kind: Route["kind"] = "forward"): Promise<Run> {
  const setup = setUpFilter(corsFilter, {}, policies);
  const route = { ...setup.route, kind } as Route; // the filter looks at the kind alone
  const harness = new FilterHarness({ filters: [setup.create], ports: fakePorts(), route }, OK);
  const outcome = await harness.run({ headers });
  return { outcome, valid: setup.counter("cors.origin_valid"), invalid: setup.counter("cors.origin_invalid") };
}

// Every expectation was seen with Envoy 1.39.
describe("corsFilter", () => {
  it("puts its headers on the answer to an origin that is allowed", async ({ expect }) => {
    const { outcome, valid, invalid } = await run(simple("http://a.com"), [FULL]);
    expect(outcome.response?.headers).toEqual([
      [":status", "200"],
      ["access-control-allow-origin", "http://a.com"],
      ["access-control-allow-credentials", "true"],
      ["access-control-expose-headers", "x-e"],
    ]);
    expect([valid, invalid]).toEqual([1, 0]);
  });

  it("leaves the answer to any other origin alone", async ({ expect }) => {
    const { outcome, valid, invalid } = await run(simple("http://b.com"), [FULL]);
    expect(outcome.response?.headers).toEqual(OK.headers);
    expect([valid, invalid]).toEqual([0, 1]);
  });

  it("answers a preflight that matches, without the route's headers", async ({ expect }) => {
    const asks: Pairs = [["access-control-request-private-network", "true"]];
    const { outcome } = await run(preflight("http://a.com", ...asks), [FULL]);
    expect(outcome.request).toBeUndefined();
    expect(outcome.details).toBe("cors_response");
    expect(outcome.response?.headers).toEqual([
      [":status", "200"],
      ["access-control-allow-origin", "http://a.com"],
      ["access-control-allow-credentials", "true"],
      ["access-control-allow-methods", "GET,PUT"],
      ["access-control-allow-headers", "x-h"],
      ["access-control-max-age", "10"],
      ["access-control-allow-private-network", "true"],
      ["access-control-expose-headers", "x-e"],
    ]);
  });

  it("forwards a preflight that does not match", async ({ expect }) => {
    const { outcome } = await run(preflight("http://b.com"), [FULL]);
    expect(outcome.request?.headers).toEqual(preflight("http://b.com"));
  });

  it("forward_not_matching_preflights false answers it with everything but the origin", async ({ expect }) => {
    const { outcome } = await run(preflight("http://b.com"), [{ ...FULL, forwardNotMatchingPreflights: false }]);
    expect(outcome.response?.headers).toEqual([
      [":status", "200"],
      ["access-control-allow-credentials", "true"],
      ["access-control-allow-methods", "GET,PUT"],
      ["access-control-allow-headers", "x-h"],
      ["access-control-max-age", "10"],
    ]);
  });

  it("* allows what was asked for, and any origin", async ({ expect }) => {
    const star = { allowOriginStringMatch: [{ exact: "*" }], allowMethods: "*", allowHeaders: "*" };
    const { outcome } = await run(preflight("http://any.com"), [star]);
    expect(outcome.response?.headers).toEqual([
      [":status", "200"],
      ["access-control-allow-origin", "http://any.com"],
      ["access-control-allow-methods", "PUT"],
      ["access-control-allow-headers", ""],
    ]);
  });

  it("OPTIONS without a requested method, or without an origin, is no preflight", async ({ expect }) => {
    const requests: Pairs[] = [
      preflight("http://a.com").toSpliced(2),
      [...preflight("http://a.com").toSpliced(2), ["access-control-request-method", ""]],
      preflight(""),
    ];
    for (const headers of requests) {
      const { outcome } = await run(headers, [FULL]);
      expect(outcome.request?.headers).toEqual(headers);
    }
  });

  it("filter_enabled 0 switches it off, and shadow_enabled then only counts", async ({ expect }) => {
    const off = { ...ORIGIN, filterEnabled: { defaultValue: {} } };
    const shadow = { ...off, shadowEnabled: { defaultValue: { numerator: 100 } } };
    const found = [await run(preflight("http://a.com"), [off]), await run(preflight("http://a.com"), [shadow])];
    expect(found.map(({ outcome }) => outcome.response?.headers)).toEqual([OK.headers, OK.headers]);
    expect(found.map(({ valid }) => valid)).toEqual([0, 1]);
  });

  it("takes each field from the most specific level that has it", async ({ expect }) => {
    const { outcome } = await run(preflight("http://a.com"), [
      FULL,
      { allowMethods: "DELETE", allowCredentials: false },
    ]);
    expect(outcome.response?.headers).toEqual([
      [":status", "200"],
      ["access-control-allow-origin", "http://a.com"],
      ["access-control-allow-methods", "DELETE"],
      ["access-control-allow-headers", "x-h"],
      ["access-control-max-age", "10"],
      ["access-control-expose-headers", "x-e"],
    ]);
  });

  it("does nothing without a policy, and on routes that answer by themselves", async ({ expect }) => {
    const found = [
      await run(simple("http://a.com"), []),
      await run(preflight("http://a.com"), [FULL], "redirect"),
      await run(preflight("http://a.com"), [FULL], "direct_response"),
    ];
    for (const { outcome, valid } of found) {
      expect(outcome.response?.headers).toEqual(OK.headers);
      expect(valid).toBe(0);
    }
  });

  it("reports an origin matcher that it cannot compile", ({ expect }) => {
    const { diagnostics } = setUpFilter(corsFilter, {}, [{ allowOriginStringMatch: [{ safeRegex: { regex: "(" } }] }]);
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]).toContain("allow_origin_string_match[0].safe_regex");
  });
});
