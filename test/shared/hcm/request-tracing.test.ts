import { describe, it } from "vitest";
import { type Exchange, HttpProxyHarness } from "../../support/http-proxy-harness.ts";
import { managerConfig, TO_APP } from "../../support/manager-config.ts";

/** The reason that a request's id carries. */
const reasonOf = (exchange: Exchange): string | undefined => exchange.upstream?.headers.get("x-request-id")?.[14];

const NOTHING = "random_sampling: { value: 0 }";
const OTEL =
  'provider: { name: otel, typed_config: { "@type": type.googleapis.com/envoy.config.trace.v3.OpenTelemetryConfig } }';
const INTERNAL = [
  "use_remote_address: true",
  "internal_address_config: { cidr_ranges: [{ address_prefix: 203.0.113.0, prefix_len: 24 }] }",
];

function traced(
  tracing: string,
  routes: readonly string[] = [TO_APP],
  manager: readonly string[] = [],
): HttpProxyHarness {
  return new HttpProxyHarness(managerConfig({ manager: [`tracing: { ${tracing} }`, ...manager], routes }));
}

describe("tracing", () => {
  it.for([
    ["", {}, "9", "random_sampling"],
    [NOTHING, {}, "4", "not_traceable"],
    [NOTHING, { "x-client-trace-id": "1" }, "b", "client_enabled"],
    [`${NOTHING}, client_sampling: { value: 0 }`, { "x-client-trace-id": "1" }, "4", "not_traceable"],
    [NOTHING, { "x-envoy-force-trace": "1" }, "a", "service_forced"],
    ["overall_sampling: { value: 0 }", { "x-envoy-force-trace": "1" }, "4", "not_traceable"],
    [NOTHING, { "x-request-id": "99999999-8888-9777-8666-555555555555" }, "9", "random_sampling"],
  ] as const)(
    "with { %s } of a request with %o writes reason %s and counts %s",
    ([tracing, headers, reason, stat], { expect }) => {
      const harness = traced(tracing, [TO_APP], INTERNAL);
      expect(reasonOf(harness.ask("/", headers))).toBe(reason);
      expect(harness.counter(`http.ingress.tracing.${stat}`)).toBe(1);
    },
  );

  it("samples by the request's id, so that all proxies decide alike", ({ expect }) => {
    const harness = traced("random_sampling: { value: 50 }");
    const ids = [
      "00000000-0000-4000-8000-000000000000",
      "00001387-0000-4000-8000-000000000000",
      "00001388-0000-4000-8000-000000000000",
    ];
    expect(ids.map((id) => reasonOf(harness.ask("/", { "x-request-id": id })))).toEqual(["9", "9", "4"]);
  });

  it("obeys the route before the manager", ({ expect }) => {
    const route = "{ match: { prefix: / }, route: { cluster: app }, tracing: { random_sampling: { numerator: 0 } } }";
    expect(reasonOf(traced("", [route]).ask("/"))).toBe("4");
  });

  it("passes the trace on with the provider's headers, and tells the stream", ({ expect }) => {
    const exchange = traced(OTEL).ask("/", { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" });
    expect(exchange.upstream?.headers.get("traceparent")).toMatch(
      /^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad)[\da-f]{16}-01$/,
    );
    expect([exchange.info.traceId, exchange.info.isTraced]).toEqual(["0af7651916cd43dd8448eb211c80319c", true]);
  });

  it("passes nothing on with no_context_propagation", ({ expect }) => {
    const exchange = traced(`${OTEL}, no_context_propagation: true`).ask("/");
    expect(exchange.upstream?.headers.has("traceparent")).toBe(false);
  });

  it("gives the request id back to who forces a trace", ({ expect }) => {
    const harness = traced("", [TO_APP], INTERNAL);
    expect(harness.ask("/", { "x-envoy-force-trace": "1" }).headers?.has("x-request-id")).toBe(true);
    expect(harness.ask("/").headers?.has("x-request-id")).toBe(false);
  });

  it("names the operation of the route in the answer, unless the client did", ({ expect }) => {
    const route = (propagate: boolean): string =>
      `{ match: { prefix: / }, route: { cluster: app }, decorator: { operation: list, propagate: ${propagate} } }`;
    const named = { "x-envoy-decorator-operation": "mine" };
    const told = traced("", [route(true)]);
    expect(told.ask("/").headers?.get("x-envoy-decorator-operation")).toBe("list");
    expect(told.ask("/", named).headers?.has("x-envoy-decorator-operation")).toBe(false);
    expect(told.ask("/", named).upstream?.headers.has("x-envoy-decorator-operation")).toBe(false);
    expect(
      traced("", [route(false)])
        .ask("/")
        .headers?.has("x-envoy-decorator-operation"),
    ).toBe(false);
  });

  it("is refused by name with a provider that is not there", ({ expect }) => {
    const provider =
      'provider: { name: dd, typed_config: { "@type": type.googleapis.com/envoy.config.trace.v3.DatadogConfig, collector_cluster: app, service_name: a } }';
    const harness = new HttpProxyHarness(managerConfig({}));
    expect(harness.update(managerConfig({ manager: [`tracing: { ${provider} }`] })).join()).toContain(
      'no implementation of the tracer "dd"',
    );
  });
});
