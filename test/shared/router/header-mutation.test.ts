import { describe, it } from "vitest";
import { DiagnosticCollector } from "../../../shared/diagnostics/collector.ts";
import { ConfigPath } from "../../../shared/diagnostics/config-path.ts";
import { HeaderMap } from "../../../shared/http/header-map.ts";
import { compileHeaderMutation } from "../../../shared/router/header-mutation.ts";
import type { HeaderValueOption, RouteConfiguration } from "../../../shared/schema/envoy-types.ts";
import { forwardOf, newStreamInfo, problemsOf, requestFor, routeOf, tableOf } from "./route-table-harness.ts";

const option = (key: string, value: string, more: Omit<HeaderValueOption, "header"> = {}): HeaderValueOption => ({
  header: { key, value },
  ...more,
});

type Pairs = readonly (readonly [string, string])[];

function mutated(before: Pairs, add: readonly HeaderValueOption[], remove: readonly string[] = []): Pairs {
  const headers = HeaderMap.from(before);
  const paths = { addPath: ConfigPath.root.field("add"), removePath: ConfigPath.root.field("remove") };
  const mutation = compileHeaderMutation({ add, remove, ...paths }, new DiagnosticCollector());
  mutation?.apply(headers, { requestHeaders: headers, streamInfo: newStreamInfo() });
  return headers.toJSON();
}

function refusals(add: readonly HeaderValueOption[], remove: readonly string[] = []): string[] {
  const diagnostics = new DiagnosticCollector();
  const paths = { addPath: ConfigPath.root.field("add"), removePath: ConfigPath.root.field("remove") };
  compileHeaderMutation({ add, remove, ...paths }, diagnostics);
  return diagnostics.diagnostics.map(({ path, message }) => `${path.render()}: ${message}`);
}

const ACTIONS = [
  [
    {},
    [
      ["x", "old"],
      ["x", "new"],
    ],
    [["x", "new"]],
  ],
  [
    { appendAction: "APPEND_IF_EXISTS_OR_ADD" },
    [
      ["x", "old"],
      ["x", "new"],
    ],
    [["x", "new"]],
  ],
  [{ appendAction: "ADD_IF_ABSENT" }, [["x", "old"]], [["x", "new"]]],
  [{ appendAction: "OVERWRITE_IF_EXISTS_OR_ADD" }, [["x", "new"]], [["x", "new"]]],
  [{ appendAction: "OVERWRITE_IF_EXISTS" }, [["x", "new"]], []],
  [
    { append: true },
    [
      ["x", "old"],
      ["x", "new"],
    ],
    [["x", "new"]],
  ],
  [{ append: false }, [["x", "new"]], [["x", "new"]]],
] as const;

describe("compileHeaderMutation", () => {
  it.for(ACTIONS)("with %j makes of an old value %j and of none %j", ([action, present, absent], { expect }) => {
    const add = [option("X", "new", action)];
    expect([mutated([["x", "old"]], add), mutated([], add)]).toEqual([present, absent]);
  });

  it("joins values of a header that Envoy keeps inline", ({ expect }) => {
    expect(mutated([["user-agent", "a"]], [option("user-agent", "b")])).toEqual([["user-agent", "a,b"]]);
  });

  it("overwrites every value of a header", ({ expect }) => {
    const before = [
      ["x", "1"],
      ["y", ""],
      ["x", "2"],
    ] as const;
    expect(mutated(before, [option("x", "n", { append: false })])).toEqual([
      ["x", "n"],
      ["y", ""],
    ]);
  });

  it("removes first, whatever the case, and computes values from what is left", ({ expect }) => {
    const add = [option("x-saw", "[%REQ(x-rm)%] [%REQ(x-kept)%]")];
    const before = [
      ["x-rm", "r"],
      ["x-kept", "k"],
      ["x-rm", "s"],
    ] as const;
    expect(mutated(before, add, ["X-RM"])).toEqual([
      ["x-kept", "k"],
      ["x-saw", "[] [k]"],
    ]);
  });

  it("computes every value before it writes any", ({ expect }) => {
    const add = [option("x", "%REQ(y)%", { append: false }), option("y", "%REQ(x)%", { append: false })];
    expect(
      mutated(
        [
          ["x", "1"],
          ["y", "2"],
        ],
        add,
      ),
    ).toEqual([
      ["x", "2"],
      ["y", "1"],
    ]);
  });

  it("decides on presence before it writes any", ({ expect }) => {
    const absent = { appendAction: "ADD_IF_ABSENT" } as const;
    expect(mutated([], [option("x", "1", absent), option("x", "2", absent)])).toEqual([
      ["x", "1"],
      ["x", "2"],
    ]);
  });

  it("writes what overwrites first", ({ expect }) => {
    const add = [option("x", "added"), option("x", "over", { append: false })];
    expect(mutated([["x", "old"]], add)).toEqual([
      ["x", "over"],
      ["x", "added"],
    ]);
  });

  it("drops an empty value unless it is to be kept", ({ expect }) => {
    const add = [option("x", "%REQ(none)%"), option("y", "%REQ(none)%", { keepEmptyValue: true })];
    expect(mutated([], add)).toEqual([["y", ""]]);
  });

  it("leaves a header alone that an empty value would overwrite", ({ expect }) => {
    expect(mutated([["x", "old"]], [option("x", "%REQ(none)%", { append: false })])).toEqual([["x", "old"]]);
  });

  it.for([
    [[option(":path", "/")], [], "add[0].header: :-prefixed or host headers may not be modified"],
    [[option("Host", "h")], [], "add[0].header: :-prefixed or host headers may not be modified"],
    [[], ["x", ":path"], "remove[1]: :-prefixed or host headers may not be removed"],
    [[], ["HOST"], "remove[0]: :-prefixed or host headers may not be removed"],
    [
      [option("x", "", { append: true, appendAction: "ADD_IF_ABSENT" })],
      [],
      "add[0]: Both append and append_action are set and it's not allowed",
    ],
    [[option("x", "%NOPE%")], [], "add[0].header.value: Not supported field in StreamInfo: NOPE"],
  ] as const)("refuses to add %j and to remove %j", ([add, remove, reason], { expect }) => {
    expect(refusals(add, remove)).toEqual([reason]);
  });
});

function levels(mostSpecificHeaderMutationsWins: boolean): RouteConfiguration {
  const at = (level: string) => {
    const list = [option("x-order", level), option("x-last", `${level} after %REQ(x-last)%`, { append: false })];
    return { requestHeadersToAdd: list, responseHeadersToAdd: [option("x-order", level)] };
  };
  const clusters = [{ name: "a", weight: 1, ...at("entry") }];
  const route = { ...at("route"), match: { prefix: "/" }, route: { weightedClusters: { clusters } } };
  const virtualHosts = [{ ...at("host"), name: "v", domains: ["*"], routes: [route] }];
  return { ...at("table"), mostSpecificHeaderMutationsWins, virtualHosts };
}

describe("MutationLevels", () => {
  it.for([
    [false, ["entry", "route", "host", "table"]],
    [true, ["entry", "table", "host", "route"]],
  ] as const)(
    "with most_specific_header_mutations_wins %s runs the levels in the order %j",
    ([wins, order], { expect }) => {
      const request = requestFor("/");
      const response = HeaderMap.from([[":status", "200"]]);
      const route = forwardOf(tableOf(levels(wins)).match(request, { random: 0n }));
      route.finalizeRequestHeaders(request, newStreamInfo());
      route.finalizeResponseHeaders(response, request, newStreamInfo());
      expect([request.values("x-order"), response.values("x-order")]).toEqual([order, order]);
      expect(request.get("x-last")).toBe(`${order.toReversed().join(" after ")} after `);
    },
  );

  it("shows response mutations the request and the response", ({ expect }) => {
    const table = tableOf({
      responseHeadersToAdd: [option("x-both", "%REQ(:path)% %RESP(x-up)%")],
      responseHeadersToRemove: ["x-gone"],
      virtualHosts: [
        { name: "v", domains: ["*"], routes: [{ match: { prefix: "/" }, directResponse: { status: 200 } }] },
      ],
    });
    const request = requestFor("/p");
    const response = HeaderMap.from([
      ["x-up", "u"],
      ["x-gone", ""],
    ]);
    routeOf(table.match(request, { random: 0n })).finalizeResponseHeaders(response, request, newStreamInfo());
    expect(response.toJSON()).toEqual([
      ["x-up", "u"],
      ["x-both", "/p u"],
    ]);
  });

  it("reports problems of every level with their places", ({ expect }) => {
    const bad = { requestHeadersToRemove: ["host"] };
    const route = { ...bad, match: { prefix: "/" }, directResponse: { status: 200 } };
    const problems = problemsOf({ ...bad, virtualHosts: [{ ...bad, name: "v", domains: ["*"], routes: [route] }] });
    expect(problems.map((problem) => problem.split(":")[0])).toEqual([
      "request_headers_to_remove[0]",
      "virtual_hosts[0].request_headers_to_remove[0]",
      "virtual_hosts[0].routes[0].request_headers_to_remove[0]",
    ]);
  });
});
