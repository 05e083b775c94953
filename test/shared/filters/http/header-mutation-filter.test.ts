import { describe, it } from "vitest";
import { headerMutationFilter } from "../../../../shared/filters/http/header-mutation/header-mutation-filter.ts";
import type { BodySource } from "../../../../shared/http/body-source.ts";
import { BytesBody } from "../../../../shared/http/bytes-body.ts";
import { HeaderMap } from "../../../../shared/http/header-map.ts";
import { FilterHarness, type FilterOutcome } from "../../../../shared/http-filter/testing.ts";
import type { HttpHeaderMutationHeaderMutation, Mutations } from "../../../../shared/schema/envoy-types.ts";
import { setUpFilter } from "../../../support/filter-setup.ts";
import { chunked, fakePorts } from "../../../support/filter-streams.ts";
import { describeFilterContract } from "../../http-filter/filter-contract.cases.ts";
import { startStream } from "../../http-filter/stream-under-test.ts";

type Pairs = readonly (readonly [string, string])[];

const append = (key: string, value: string, appendAction?: "OVERWRITE_IF_EXISTS_OR_ADD") => ({
  append: { header: { key, value }, ...(appendAction && { appendAction }) },
});
const GET = [[":method", "GET"]] as const;

function run(
  config: HttpHeaderMutationHeaderMutation,
  more: Pairs = [],
  levels: Mutations[] = [],
): Promise<FilterOutcome> {
  const perRoute = levels.map((mutations) => ({ mutations }));
  const { create, route } = setUpFilter(headerMutationFilter, config, perRoute);
  const answer = { headers: [[":status", "200"]], body: chunked("body"), trailers: [["t", "1"]] } as const;
  const harness = new FilterHarness({ filters: [create], ports: fakePorts(), route }, answer);
  return harness.run({ headers: [...GET, ...more], body: chunked("body"), trailers: [["u", "1"]] });
}

describe("headerMutationFilter", () => {
  it("applies a list in order, each mutation seeing those before it", async ({ expect }) => {
    const requestMutations = [
      { remove: "X-Old" },
      append("X-New", "1"),
      append("x-copy", "%REQ(x-new)%"),
      { removeOnMatch: { keyMatcher: { prefix: "x-n" } } },
    ];
    const outcome = await run({ mutations: { requestMutations } }, [["x-old", "1"]]);
    expect(outcome.request?.headers).toEqual([...GET, ["x-copy", "1"]]);
  });

  it("changes responses with request, response and status at hand", async ({ expect }) => {
    const responseMutations = [append("x-seen", "%REQ(:method)% %RESPONSE_CODE%")];
    const outcome = await run({ mutations: { responseMutations } });
    expect(outcome.response?.headers).toEqual([
      [":status", "200"],
      ["x-seen", "GET 200"],
    ]);
  });

  it("changes trailers of both directions", async ({ expect }) => {
    const outcome = await run({
      mutations: {
        requestTrailersMutations: [append("v", "2")],
        responseTrailersMutations: [{ remove: "t" }, append("w", "3")],
      },
    });
    expect(outcome.request?.trailers).toEqual([
      ["u", "1"],
      ["v", "2"],
    ]);
    expect(outcome.response?.trailers).toEqual([["w", "3"]]);
  });

  it("applies the levels of a route after its own, most specific first unless told otherwise", async ({ expect }) => {
    const level = (value: string): Mutations => ({
      requestMutations: [append("x", value, "OVERWRITE_IF_EXISTS_OR_ADD"), append("x-order", value)],
    });
    const outcomes = [false, true].map((mostSpecificHeaderMutationsWins) => {
      const config = { mutations: level("filter"), mostSpecificHeaderMutationsWins };
      return run(config, [], [level("host"), level("route")]);
    });
    const [byDefault, turned] = await Promise.all(outcomes);
    expect(byDefault?.request?.headers).toContainEqual(["x", "host"]);
    expect(turned?.request?.headers).toContainEqual(["x", "route"]);
  });

  it("lets bodies pass untouched where no trailers are changed", ({ expect }) => {
    const { create } = setUpFilter(headerMutationFilter, { mutations: { requestMutations: [append("x", "1")] } });
    const body = new BytesBody(new Uint8Array(1));
    const seen: (BodySource | undefined)[] = [];
    const stream = startStream({ filters: [create], onRun: (_callbacks, given) => seen.push(given) });
    stream.manager.decode(HeaderMap.from(GET), body);
    expect(seen[0]).toBe(body);
  });

  it("refuses to remove or write what requests cannot do without", ({ expect }) => {
    const requestMutations = [{ remove: "host" }, { remove: ":path" }, append(":path", "/")];
    const { diagnostics } = setUpFilter(headerMutationFilter, { mutations: { requestMutations } });
    expect(diagnostics).toHaveLength(3);
  });
});

describeFilterContract("headerMutationFilter", () =>
  setUpFilter(headerMutationFilter, {
    mutations: { requestMutations: [append("x", "1")], responseTrailersMutations: [append("t", "2")] },
  }),
);
