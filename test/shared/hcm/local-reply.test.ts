import { describe, it } from "vitest";
import { HttpProxyHarness } from "../../support/http-proxy-harness.ts";

const FILE = "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog";
const LINE = "%RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %BYTES_SENT%";

const bootstrap = (localReplies: string): string => `
static_resources:
  listeners:
    - name: http
      address: { socket_address: { address: 127.0.0.1, port_value: 80 } }
      filter_chains:
        - filters:
            - name: hcm
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: ingress
                local_reply_config: ${localReplies}
                access_log: [{ name: f, typed_config: { "@type": ${FILE}, path: /log, log_format: { text_format_source: { inline_string: "${LINE}" } } } }]
                route_config:
                  virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes:
                        - { match: { path: /empty }, direct_response: { status: 404 } }
                        - { match: { path: /redirect }, redirect: { path_redirect: /x } }
                        - { match: { prefix: /local }, direct_response: { status: 403, body: { inline_string: forbidden } } }
                        - { match: { prefix: / }, route: { cluster: app } }
                http_filters:
                  - name: router
                    typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
  clusters:
    - { name: app, load_assignment: { cluster_name: app } }
`;

const codeIs = (code: number): string =>
  `{ status_code_filter: { comparison: { op: EQ, value: { default_value: ${code}, runtime_key: k } } } }`;

/** What real Envoy 1.39 answered to the same requests with this configuration. */
const FORMATTED = `
                  mappers:
                    - filter: ${codeIs(403)}
                      status_code: 418
                      body: { inline_string: mapped %RESPONSE_CODE% }
                      headers_to_add: [{ header: { key: x-m, value: "%RESPONSE_CODE% %LOCAL_REPLY_BODY%" } }]
                    - filter: { response_flag_filter: { flags: [UH] } }
                      status_code: 500
                      body_format_override: { json_format: { b: "%LOCAL_REPLY_BODY%", c: "%RESPONSE_CODE%", d: "%RESPONSE_CODE_DETAILS%", p: "%REQ(:path)%", h: "%RESP(x-m)%" } }
                    - filter: { header_filter: { header: { name: ":path", string_match: { exact: /empty } } } }
                      headers_to_add: [{ header: { key: content-type, value: x/y } }]
                  body_format:
                    text_format_source: { inline_string: "<%LOCAL_REPLY_BODY%> %RESPONSE_CODE% %RESP(content-type)%" }
                    content_type: text/html; a`;

function answer(config: string, path: string, headers: Readonly<Record<string, string>> = {}) {
  const harness = new HttpProxyHarness(bootstrap(config));
  const { status, body, headers: answered } = harness.ask(path, headers);
  const [log] = harness.logs.take("/log");
  return { status, body, type: answered?.get("content-type"), length: answered?.get("content-length"), log, answered };
}

describe("local_reply_config", () => {
  it.for([
    ["/local", 418, "<mapped %RESPONSE_CODE%> 418 -", "text/html; a", "418 - direct_response 30"],
    ["/empty", 404, "<> 404 x/y", "x/y", "404 - direct_response 10"],
    [
      "/",
      500,
      '{"b":"no healthy upstream","c":500,"d":"no_healthy_upstream","h":null,"p":"/"}\n',
      "application/json",
      "500 UH no_healthy_upstream 79",
    ],
    ["/redirect", 301, "<> 301 -", "text/html; a", "301 - direct_response 8"],
  ] as const)("answers %s with %i %j", ([path, status, body, type, log], { expect }) => {
    expect(answer(FORMATTED, path)).toMatchObject({ status, body, type, log, length: String(body.length) });
  });

  it("adds headers that see the code and no body, as they were before the mapping", ({ expect }) => {
    expect(answer(FORMATTED, "/local").answered?.get("x-m")).toBe("403 ");
  });

  it("maps before gRPC is answered: its status is that of the new code, its message the formatted body", ({
    expect,
  }) => {
    const { status, answered, log } = answer(FORMATTED, "/local", { "content-type": "application/grpc" });
    expect([status, answered?.get("grpc-status"), answered?.get("grpc-message"), log]).toEqual([
      200,
      "2",
      "<mapped %25RESPONSE_CODE%25> 418 -",
      "200 - direct_response 0",
    ]);
  });

  it("keeps the body where only the code is mapped", ({ expect }) => {
    const config = `{ mappers: [{ filter: ${codeIs(403)}, status_code: 429 }] }`;
    expect(answer(config, "/local")).toMatchObject({ status: 429, body: "forbidden", type: "text/plain" });
  });

  it("takes the first mapper that holds", ({ expect }) => {
    const config = `{ mappers: [{ filter: ${codeIs(404)}, status_code: 400 }, { filter: ${codeIs(403)}, status_code: 401 }, { filter: ${codeIs(403)}, status_code: 402 }] }`;
    expect(answer(config, "/local").status).toBe(401);
  });

  it("sends a body that is not ASCII in UTF-8", ({ expect }) => {
    const format = '{ text_format_source: { inline_string: "[%LOCAL_REPLY_BODY%]" } }';
    const config = `{ mappers: [{ filter: ${codeIs(403)}, body: { inline_string: "é" } }], body_format: ${format} }`;
    expect(answer(config, "/local")).toMatchObject({ body: "[é]", length: "4" });
  });
});
