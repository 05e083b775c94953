import { describe, it } from "vitest";
import { err, ok } from "../../../shared/base/result.ts";
import { type DataReader, inlineDataSources } from "../../../shared/config/inline-data-sources.ts";
import { loadConfig } from "../../../shared/config/load.ts";
import { DiagnosticCollector } from "../../../shared/diagnostics/collector.ts";

const READER: DataReader = {
  file: (path) => (path === "/reply.txt" ? ok("from the file") : err(`cannot read ${path}`)),
  environmentVariable: (name) => (name === "REPLY" ? ok("from the environment") : err(`${name} is not set`)),
};

const bootstrap = (body: string): string => `
static_resources:
  listeners:
    - address: { socket_address: { address: 127.0.0.1, port_value: 80 } }
      filter_chains:
        - filters:
            - name: hcm
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: a
                route_config:
                  virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes: [{ match: { prefix: / }, direct_response: { status: 200, body: ${body} } }]
`;

function inlined(body: string): { text: string; problems: string[] } {
  const loaded = loadConfig(bootstrap(body), { file: "a.yaml" });
  const diagnostics = new DiagnosticCollector(loaded.positions);
  inlineDataSources(loaded.json, READER, diagnostics);
  return { text: JSON.stringify(loaded.json), problems: diagnostics.diagnostics.map(({ message }) => message) };
}

describe("inlineDataSources", () => {
  it("puts a file's content in the place of its name", ({ expect }) => {
    const { text, problems } = inlined("{ filename: /reply.txt }");
    expect([text.includes('"body":{"inlineString":"from the file"}'), problems]).toEqual([true, []]);
  });

  it("puts an environment variable's value in the place of its name", ({ expect }) => {
    expect(inlined("{ environment_variable: REPLY }").text).toContain('"inlineString":"from the environment"');
  });

  it("leaves inline content alone", ({ expect }) => {
    expect(inlined("{ inline_string: here }").text).toContain('"inlineString":"here"');
  });

  it("reports what cannot be read", ({ expect }) => {
    expect(inlined("{ filename: /none }").problems).toEqual(["cannot read /none"]);
  });
});
