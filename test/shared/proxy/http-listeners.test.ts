import { describe, it } from "vitest";
import { HttpProxyHarness } from "../../support/http-proxy-harness.ts";

const TLS =
  "{ name: tls, typed_config: { '@type': type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext, require_client_certificate: false } }";

function listener(name: string, answer: string, transportSocket = ""): string {
  return `
    - name: ${name}
      address: { socket_address: { address: 127.0.0.1, port_value: 80 } }
      filter_chains:
        - ${transportSocket === "" ? "" : `transport_socket: ${transportSocket}\n          `}filters:
            - name: hcm
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: ${name}
                use_remote_address: true
                route_config:
                  virtual_hosts:
                    - { name: all, domains: ["*"], routes: [{ match: { prefix: / }, ${answer} }] }
                http_filters:
                  - name: router
                    typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }`;
}

const REDIRECT = listener("http", "redirect: { https_redirect: true }");
const APP = listener("https", "direct_response: { status: 200, body: { inline_string: app } }", TLS);
const bootstrap = (...listeners: readonly string[]): string => `static_resources:\n  listeners:${listeners.join("")}\n`;

describe("findHttpListeners", () => {
  it("gives requests by TLS to the listener with TLS, and the others to the one without", ({ expect }) => {
    const harness = new HttpProxyHarness(bootstrap(REDIRECT, APP));
    expect(harness.ask("/", { ":scheme": "https" })).toMatchObject({ status: 200, body: "app" });
    expect(harness.ask("/x").headers?.get("location")).toBe("https://test.example/x");
    expect(harness.proxy.listeners.map(({ name }) => name)).toEqual(["https", "http"]);
  });

  it("gives all requests to a listener that is alone", ({ expect }) => {
    for (const only of [REDIRECT, APP]) {
      const harness = new HttpProxyHarness(bootstrap(only));
      expect(harness.ask("/").status).toBe(harness.ask("/", { ":scheme": "https" }).status);
    }
  });

  it("refuses two of a kind", ({ expect }) => {
    const harness = new HttpProxyHarness(bootstrap(APP));
    const problems = harness.update(bootstrap(APP, listener("second", "direct_response: { status: 204 }", TLS)));
    expect(problems).toEqual([
      expect.stringMatching(/or one with and one without TLS, got https, second \[edge\.listener\]$/),
    ]);
    expect(harness.ask("/").body).toBe("app");
  });

  it("keeps the door of a listener that did not change", ({ expect }) => {
    const harness = new HttpProxyHarness(bootstrap(REDIRECT, APP));
    const [before] = harness.proxy.listeners;
    expect(harness.update(bootstrap(listener("http", "direct_response: { status: 204 }"), APP))).toEqual([]);
    expect(harness.ask("/").status).toBe(204);
    expect(harness.proxy.listeners[0]?.fingerprint).toBe(before?.fingerprint);
  });
});
