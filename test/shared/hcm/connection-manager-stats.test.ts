import { describe, it } from "vitest";
import type { BodyFailure, BodySource } from "../../../shared/http/body-source.ts";
import { HttpProxyHarness } from "../../support/http-proxy-harness.ts";
import { type ManagerConfig, managerConfig } from "../../support/manager-config.ts";

/** A body that never comes. */
const PENDING: BodySource = {
  read: () => Promise.withResolvers<BodyFailure>().promise,
  trailers: () => undefined,
  cancel: () => undefined,
  unwrap: () => undefined,
};

const CUSTOM_HEADER =
  'original_ip_detection_extensions: [{ name: ip, typed_config: { "@type": type.googleapis.com/envoy.extensions.http.original_ip_detection.custom_header.v3.CustomHeaderConfig, header_name: x-ip, reject_with_status: { code: Forbidden } } }]';
const underscores = (action: string): string =>
  `common_http_protocol_options: { headers_with_underscores_action: ${action} }`;
const OWN = "{ match: { prefix: / }, direct_response: { status: 204 } }";

type Asked = readonly [ManagerConfig, string, Readonly<Record<string, string>>];

describe("ConnectionManagerStats", () => {
  it.for([
    ["http.ingress.downstream_rq_http1_total", [{}, "/", {}]],
    ["http.ingress.downstream_rq_too_large", [{}, "/", { "x-large": "a".repeat(70_000) }]],
    ["http.ingress.downstream_rq_non_relative_path", [{}, "*", { ":method": "OPTIONS" }]],
    ["http.ingress.downstream_rq_failed_path_normalization", [{}, "/a#b", {}]],
    [
      "http.ingress.downstream_rq_redirected_with_normalized_path",
      [{ manager: ["path_with_escaped_slashes_action: UNESCAPE_AND_REDIRECT"] }, "/a%2fb", {}],
    ],
    ["http.ingress.downstream_rq_ws_on_non_ws_route", [{}, "/", { connection: "upgrade", upgrade: "websocket" }]],
    ["http.ingress.downstream_rq_rejected_via_ip_detection", [{ manager: [CUSTOM_HEADER] }, "/", {}]],
    [
      "http1.requests_rejected_with_underscores_in_headers",
      [{ manager: [underscores("REJECT_REQUEST")] }, "/", { a_b: "1" }],
    ],
    ["http1.dropped_headers_with_underscores", [{ manager: [underscores("DROP_HEADER")] }, "/", { a_b: "1" }]],
    ["http.ingress.downstream_rq_2xx", [{ routes: [OWN] }, "/", {}]],
    ["http.ingress.downstream_rq_4xx", [{ routes: [] }, "/", {}]],
  ] as const satisfies readonly (readonly [string, Asked])[])(
    "counts %s",
    ([name, [config, path, headers]], { expect }) => {
      const harness = new HttpProxyHarness(managerConfig(config));
      expect(harness.counter(name)).toBe(0);
      harness.ask(path, headers);
      expect(harness.counter(name)).toBe(1);
      expect(harness.counter("http.ingress.downstream_rq_total")).toBe(1);
    },
  );

  it("tells a gRPC client of a redirected path by status 13", ({ expect }) => {
    const harness = new HttpProxyHarness(
      managerConfig({ manager: ["path_with_escaped_slashes_action: UNESCAPE_AND_REDIRECT"] }),
    );
    expect(harness.ask("/a%2fb", { "content-type": "application/grpc" }).headers?.get("grpc-status")).toBe("13");
    expect(harness.ask("/a%2fb").headers?.get("location")).toBe("/a/b");
  });

  it("counts an answer that is out before the request is in", ({ expect }) => {
    const harness = new HttpProxyHarness(managerConfig({ routes: [OWN] }));
    harness.ask("/", { ":method": "POST" }, PENDING);
    expect(harness.counter("http.ingress.downstream_rq_response_before_rq_complete")).toBe(1);
  });

  it("tells resets by the client from our own", ({ expect }) => {
    const harness = new HttpProxyHarness(managerConfig({}));
    harness.respond = () => Promise.withResolvers<never>().promise;
    harness.ask("/").stream.disconnect();
    expect(harness.counter("http.ingress.downstream_rq_rx_reset")).toBe(1);
    harness.ask("/").stream.reset("local reset");
    expect(harness.counter("http.ingress.downstream_rq_tx_reset")).toBe(1);
    expect(harness.counter("http.ingress.downstream_rq_completed")).toBe(0);
  });
});
