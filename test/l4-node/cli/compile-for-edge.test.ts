import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { checkForEdge, type EdgeCheckOptions } from "../../../l4-node/cli/check-for-edge.ts";
import { compileForEdge } from "../../../l4-node/cli/compile-for-edge.ts";
import { loadConfig } from "../../../shared/config/load.ts";
import { renderDiagnostic } from "../../../shared/diagnostics/render.ts";
import { type CompiledConfig, parseCompiledConfig } from "../../../shared/proxy/compiled-config.ts";

interface Parts {
  readonly route?: string;
  readonly chain?: string;
}

/** A router with one route and one cluster; tests replace what they are about. */
function configOf({ route = "route: { cluster: app }", chain = "" }: Parts = {}): string {
  return `static_resources:
  listeners:
    - name: http
      address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
      filter_chains:
        - ${chain}
          filters:
            - name: hcm
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: ingress
                route_config:
                  virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes:
                        - match: { prefix: / }
                          ${route}
                http_filters:
                  - name: router
                    typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
  clusters:
    - name: app
      load_assignment:
        cluster_name: app
        endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: 1 } } } }] }]
`;
}

function errorsOf(text: string, options: EdgeCheckOptions = { lenient: false }): readonly string[] {
  const { diagnostics } = checkForEdge(loadConfig(text, { file: "a.yaml" }), options);
  return diagnostics.filter(({ severity }) => severity === "error").map(renderDiagnostic);
}

const INLINE_KEY = `transport_socket:
            name: tls
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
              common_tls_context:
                tls_certificates:
                  - certificate_chain: { filename: cert.pem }
                    private_key: { inline_string: very secret }`;

describe("checkForEdge", () => {
  it("checkForEdge finds nothing wrong with a router", ({ expect }) => {
    expect(errorsOf(configOf())).toEqual([]);
  });

  it("checkForEdge refuses what only the compile step can see, with its place", ({ expect }) => {
    const errors = errorsOf(configOf({ route: "route: { cluster: nowhere }" }));
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/^a\.yaml:18:\d+ .*unknown cluster 'nowhere' \[config\.unknown_cluster\]$/);
  });

  it("checkForEdge refuses an HTTP filter that the Worker does not have", ({ expect }) => {
    const type = "type.googleapis.com/envoy.extensions.filters.http.health_check.v3.HealthCheck";
    const filter = `- { name: hc, typed_config: { "@type": ${type}, pass_through_mode: false } }`;
    const text = configOf().replace("- name: router", `${filter}\n                  - name: router`);
    expect(errorsOf(text).join("\n")).toContain("envoy.extensions.filters.http.health_check.v3.HealthCheck");
  });

  it("checkForEdge refuses a configuration without an HTTP connection manager", ({ expect }) => {
    expect(errorsOf("static_resources: {}")).toEqual([
      "a.yaml:1:1 static_resources.listeners: expected one listener with an HTTP connection manager, or one with and one without TLS, got none [edge.listener]",
    ]);
  });

  it("checkForEdge keeps inline private keys out of the bundle unless told otherwise", ({ expect }) => {
    const text = configOf({ chain: INLINE_KEY });
    const errors = errorsOf(text);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/^a\.yaml:13:\d+ .*private_key\.inline_string: .*bundle \[edge\.inline_secret\]\n/);
    expect(errors[0]).not.toContain("very secret");
    expect(errorsOf(text, { lenient: false, allowInlineSecrets: true })).toEqual([]);
  });

  it("checkForEdge refuses a file that is not there", ({ expect }) => {
    const errors = errorsOf(configOf({ route: "direct_response: { status: 200, body: { filename: /no/such/file } }" }));
    expect(errors.join("\n")).toMatch(/cannot read \/no\/such\/file .* \[config\.data_source\]/);
  });
});

describe("compileForEdge", () => {
  let folder = "";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "nuncio-compile-"));
  });

  afterAll(() => rm(folder, { recursive: true }));

  async function compiled(text: string, options: Partial<EdgeCheckOptions> = {}): Promise<CompiledConfig> {
    const file = join(folder, "config.yaml");
    await writeFile(file, text);
    const result = parseCompiledConfig((await compileForEdge({ file, lenient: false, ...options })) ?? "");
    if (!result.ok) throw new Error(result.error);
    return result.value;
  }

  it("compileForEdge writes what the Worker reads, named by its SHA-256", async ({ expect }) => {
    const { hash, bootstrap, dump } = await compiled(configOf());
    expect(hash).toBe(createHash("sha256").update(JSON.stringify(bootstrap)).digest("hex"));
    expect(bootstrap.staticResources?.clusters?.[0]?.loadAssignment?.clusterName).toBe("app");
    expect(JSON.parse(dump).static_resources.clusters[0].load_assignment.cluster_name).toBe("app");
  });

  it("compileForEdge reads the files that responses name", async ({ expect }) => {
    const page = join(folder, "page.txt");
    await writeFile(page, "from a file");
    const { bootstrap } = await compiled(
      configOf({ route: `direct_response: { status: 200, body: { filename: ${page} } }` }),
    );
    expect(JSON.stringify(bootstrap)).toContain(`"body":{"inlineString":"from a file"}`);
    expect(JSON.stringify(bootstrap)).not.toContain(page);
  });

  it("compileForEdge redacts secrets in the dump", async ({ expect }) => {
    const { dump } = await compiled(configOf({ chain: INLINE_KEY }), { allowInlineSecrets: true });
    expect(dump).toContain(`"private_key":{"inline_string":"[redacted]"}`);
    expect(dump).not.toContain("very secret");
  });

  it("compileForEdge gives nothing for a file that cannot be read", async ({ expect }) => {
    expect(await compileForEdge({ file: join(folder, "missing.yaml"), lenient: false })).toBeUndefined();
  });
});
