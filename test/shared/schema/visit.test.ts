import { describe, it } from "vitest";
import { messageFields, visitMessages } from "../../../shared/schema/visit.ts";

const LISTENER = "envoy.config.listener.v3.Listener";
const TCP_PROXY = "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy";

const listener = {
  name: "l",
  perConnectionBufferLimitBytes: 5,
  filterChains: [
    { filters: [{ name: "f", typedConfig: { "@type": `a/${TCP_PROXY}`, cluster: "c", idleTimeout: "5s" } }] },
  ],
  metadata: { filterMetadata: { a: { name: "free" } } },
};

describe("visitMessages", () => {
  it("visitMessages shows every field and every message, through lists and Any", ({ expect }) => {
    const seen: string[] = [];
    visitMessages(listener, LISTENER, {
      message(name, path) {
        seen.push(`${path.render()} is ${name.slice(name.lastIndexOf(".") + 1)}`);
        return true;
      },
      field(_message, name) {
        seen.push(name);
        return true;
      },
    });
    expect(seen).toEqual([
      " is Listener",
      "name",
      "filterChains",
      "filter_chains[0] is FilterChain",
      "filters",
      "filter_chains[0].filters[0] is Filter",
      "name",
      "typedConfig",
      "filter_chains[0].filters[0].typed_config is TcpProxy",
      "cluster",
      "idleTimeout",
      "perConnectionBufferLimitBytes",
      "metadata",
      "metadata is Metadata",
      "filterMetadata",
    ]);
  });

  it("visitMessages passes by what a hook declines", ({ expect }) => {
    const seen: string[] = [];
    visitMessages(listener, LISTENER, {
      message: (name) => name !== "envoy.config.core.v3.Metadata",
      field(_message, name) {
        seen.push(name);
        return name !== "filterChains";
      },
    });
    expect(seen).toEqual(["name", "filterChains", "perConnectionBufferLimitBytes", "metadata"]);
  });

  it("visitMessages passes by what is no message", ({ expect }) => {
    const seen: string[] = [];
    const note = (name: string): boolean => seen.push(name) > 0;
    visitMessages(null, LISTENER, { message: note });
    visitMessages({}, "no.such.Message", { message: note });
    visitMessages({ filterChains: [null, 5] }, LISTENER, { message: note });
    expect(seen).toEqual([LISTENER]);
  });
});

describe("messageFields", () => {
  it("messageFields describes fields in order of declaration", ({ expect }) => {
    const [statPrefix] = messageFields(TCP_PROXY);
    expect(statPrefix).toMatchObject({ name: "stat_prefix", jsonName: "statPrefix", number: 1, type: "string" });
    expect(messageFields("no.such.Message")).toEqual([]);
  });
});
