import { describe, it } from "vitest";
import { loadConfig, redact } from "../../../shared/config/load.ts";
import { ConfigPath } from "../../../shared/diagnostics/config-path.ts";
import { renderDiagnostic } from "../../../shared/diagnostics/render.ts";

const CLUSTER = "envoy.config.cluster.v3.Cluster";
const NODE = "envoy.config.core.v3.Node";

function say(source: string | Uint8Array, file: string, message?: string): string[] {
  const options = message === undefined ? { file } : { file, message };
  return loadConfig(source, options).diagnostics.map(renderDiagnostic);
}

describe("loadConfig", () => {
  it.for(["a.yaml", "a.yml", "a.YAML", "a.json", "a.conf"])("loadConfig reads %s by its suffix", (file, { expect }) => {
    expect(loadConfig('{"node": {"id": "a"}}', { file }).json).toEqual({ node: { id: "a" } });
  });

  it("loadConfig takes the format it is told over the suffix", ({ expect }) => {
    const loaded = loadConfig("node: {id: a}", { file: "command line", format: "yaml" });
    expect(loaded.json).toEqual({ node: { id: "a" } });
  });

  it("loadConfig refuses protobuf text by name", ({ expect }) => {
    expect(say('node { id: "a" }', "a.pb_text")).toEqual([
      "a.pb_text:1:1 a.pb_text: protobuf text format (.pb_text) is not supported: convert it to .yaml, .json or .pb [config.format]",
    ]);
  });

  it("loadConfig says when there is no such root message", ({ expect }) => {
    expect(say("{}", "a.json", "envoy.Nothing")).toEqual(["a.json:1:1 no message envoy.Nothing [config.unknown_type]"]);
  });

  it("loadConfig passes over a byte order mark", ({ expect }) => {
    expect(say("\ufeffnode: {id: a}", "a.yaml")).toEqual([]);
    expect(say(new TextEncoder().encode('\ufeff{"node": {"id": "a"}}'), "a.json")).toEqual([]);
  });

  it("loadConfig keeps a key such as __proto__ as data", ({ expect }) => {
    const text = '{"metadata": {"__proto__": {"polluted": true}, "constructor": 1}}';
    const { json } = loadConfig<{ metadata: object }>(text, { file: "a.json", message: NODE });
    expect(JSON.stringify(json)).toBe('{"metadata":{"__proto__":{"polluted":true},"constructor":1}}');
    expect(Object.getPrototypeOf(json.metadata)).toBeNull();
    expect({}).not.toHaveProperty("polluted");
  });

  it("loadConfig keeps the digits of a large JSON integer and the floats of a JSON Struct", ({ expect }) => {
    const text = '{"metadata": {"a": 1.5, "b": 12345678901}}';
    expect(loadConfig(text, { file: "a.json", message: NODE }).json).toEqual({ metadata: { a: 1.5, b: 12345678901 } });
    const ring = '{"name": "c", "ring_hash_lb_config": {"maximum_ring_size": 9007199254740993}}';
    const loaded = loadConfig<{ ringHashLbConfig: object }>(ring, { file: "a.json", message: CLUSTER, partial: true });
    expect(loaded.json.ringHashLbConfig).toEqual({ maximumRingSize: "9007199254740993" });
  });

  it("loadConfig refuses a JSON key given twice", ({ expect }) => {
    expect(say('{"node": {"id": "a"},\n "node": {"cluster": "b"}}', "a.json")).toEqual([
      "a.json:2:2 node: given more than once [config.duplicate_key]",
    ]);
  });

  it("loadConfig leaves the rules to mergeConfig for a part", ({ expect }) => {
    const loaded = loadConfig("{}", { file: "a.yaml", message: CLUSTER, partial: true });
    expect(loaded.diagnostics).toEqual([]);
  });
});

describe("loadConfig on binary protobuf", () => {
  it("loadConfig names an unknown field by its number, without a place", ({ expect }) => {
    // Field 1, a message with field 999; then field 2000.
    const source = Uint8Array.of(0x0a, 0x03, 0xb8, 0x3e, 0x01, 0x80, 0x7d, 0x05);
    expect(say(source, "a.pb")).toEqual([
      'node["#999"]: Node has no field "#999" [config.unknown_field]',
      '["#2000"]: Bootstrap has no field "#2000" [config.unknown_field]',
    ]);
  });

  it.for([
    ["a field cut short", [0x0a, 0x05, 0x01], "a field that is longer than what holds it"],
    ["a tag cut short", [0x80], "the end in the middle of a field"],
    ["an endless integer", Array(11).fill(0xff), "an integer of more than 10 bytes"],
    ["a group", [0x0b], "the wire type 3"],
    ["field number 0", [0x00], "the field number 0"],
    ["a number in place of a message", [0x08, 0x01], "a number in place of a message"],
    ["text that is not UTF-8", [0x0a, 0x03, 0x0a, 0x01, 0xff], "a id that is not UTF-8"],
    ["another wire type", [0x0a, 0x02, 0x08, 0x01], "another wire type than id has"],
  ] as const)("loadConfig refuses %s", ([, bytes, found], { expect }) => {
    expect(say(Uint8Array.from(bytes), "a.pb")).toEqual([
      `a.pb:1:1 expected binary protobuf, got ${found} [config.syntax]`,
    ]);
  });

  it("loadConfig merges a message given twice and takes the last of a scalar", ({ expect }) => {
    // node {id: "a"}, node {cluster: "b", id: "c"}
    const source = Uint8Array.of(0x0a, 3, 0x0a, 1, 0x61, 0x0a, 6, 0x12, 1, 0x62, 0x0a, 1, 0x63);
    expect(loadConfig(source, { file: "a.pb" }).json).toEqual({ node: { id: "c", cluster: "b" } });
  });
});

describe("LoadedConfig.positions", () => {
  const text = [
    "static_resources:",
    "  clusters:",
    "    name: c",
    "    loadAssignment:",
    "      cluster_name: c",
    "    transport_socket:",
    "      name: t",
    "      typed_config:",
    '        "@type": type.googleapis.com/udpa.type.v1.TypedStruct',
    "        type_url: a/envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer",
    "        value:",
    "          odd: 1",
  ].join("\n");
  const { positions } = loadConfig(text, { file: "a.yaml", partial: true });
  const cluster = ConfigPath.root.field("staticResources").field("clusters").index(0);
  const lineOf = (path: ConfigPath): number | undefined => positions.find(path)?.line;

  it("positions finds a canonical path whatever the spelling in the file", ({ expect }) => {
    expect(positions.find(cluster.field("loadAssignment").field("clusterName"))).toEqual({
      file: "a.yaml",
      line: 5,
      column: 7,
    });
  });

  it("positions sees through a list of one and a TypedStruct", ({ expect }) => {
    expect(lineOf(cluster.field("name"))).toBe(3);
    expect(lineOf(cluster.field("transportSocket").field("typedConfig").field("odd"))).toBe(12);
  });

  it("positions gives the nearest ancestor of what is not in the file", ({ expect }) => {
    expect(lineOf(cluster.field("loadAssignment").field("endpoints").index(3))).toBe(4);
    expect(lineOf(ConfigPath.root.field("admin"))).toBe(1);
  });
});

describe("LoadedConfig.secretPaths", () => {
  const text = `
    common_tls_context:
      tls_certificates:
      - certificate_chain: {inline_string: public}
        private_key: {inline_string: hush}
        password: {filename: /secret/a}
  `;
  const { json, secretPaths } = loadConfig<object>(text, {
    file: "a.yaml",
    message: "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
  });

  it("secretPaths names the sensitive values that are present", ({ expect }) => {
    expect([...secretPaths]).toEqual([
      "/commonTlsContext/tlsCertificates/0/privateKey/inlineString",
      "/commonTlsContext/tlsCertificates/0/password/filename",
    ]);
  });

  it("redact replaces them in a copy and leaves the original", ({ expect }) => {
    const before = JSON.stringify(json);
    expect(redact(json, secretPaths)).toEqual({
      commonTlsContext: {
        tlsCertificates: [
          {
            certificateChain: { inlineString: "public" },
            privateKey: { inlineString: "[redacted]" },
            password: { filename: "[redacted]" },
          },
        ],
      },
    });
    expect(JSON.stringify(json)).toBe(before);
  });

  it("redact finds keys that hold the characters of a pointer", ({ expect }) => {
    const redacted = redact({ "a/b": { "c~d": "x" }, e: "y" }, new Set(["/a~1b/c~0d"]));
    expect(JSON.stringify(redacted)).toBe('{"a/b":{"c~d":"[redacted]"},"e":"y"}');
  });
});

describe("loadConfig on a large table", () => {
  it("loadConfig reads 10,000 routes in order and reports the one mistake at the end", ({ expect }) => {
    const routes = Array.from(
      { length: 10_000 },
      (_, index) => `- match: {prefix: /app${index}/}\n  route: {cluster: one, timeout: ${index}s}`,
    );
    const text = `name: v\ndomains: ["*"]\nroutes:\n${routes.join("\n")}\n- match: {prefix: /}\n  route: {cluster: one, tiemout: 1s}\n`;
    const loaded = loadConfig<{ routes: { route: { timeout: string } }[] }>(text, {
      file: "a.yaml",
      message: "envoy.config.route.v3.VirtualHost",
    });
    expect(loaded.json.routes).toHaveLength(10_001);
    expect(loaded.json.routes[9_999]?.route.timeout).toBe("9999s");
    expect(loaded.diagnostics.map(renderDiagnostic)).toEqual([
      'a.yaml:20005:25 routes[10000].route.tiemout: RouteAction has no field "tiemout" [config.unknown_field]\n    did you mean timeout?',
    ]);
  });
});
