import { describe, it } from "vitest";
import { HeaderMap } from "../../../shared/http/header-map.ts";
import { HttpProxyHarness, ok } from "../../support/http-proxy-harness.ts";

const FILE = "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog";
const STREAM = "type.googleapis.com/envoy.extensions.access_loggers.stream.v3";

const bootstrap = (logs: string, options = "{}"): string => `
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
                use_remote_address: true
                preserve_external_request_id: true
                access_log: [${logs}]
                access_log_options: ${options}
                upgrade_configs: [{ upgrade_type: websocket }]
                route_config:
                  virtual_hosts:
                    - name: all
                      domains: ["*"]
                      metadata: { filter_metadata: { ns: { k: of host } } }
                      routes:
                        - { match: { prefix: /closed }, direct_response: { status: 403, body: { inline_string: closed } } }
                        - { match: { prefix: /lost }, route: { cluster: lost, cluster_not_found_response_code: NOT_FOUND } }
                        - { match: { prefix: / }, name: main, metadata: { filter_metadata: { ns: { k: of route } } }, route: { cluster: app, prefix_rewrite: /in/ } }
                http_filters:
                  - name: router
                    typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
  clusters:
    - name: lost
      load_assignment: { cluster_name: lost }
    - name: app
      alt_stat_name: app-stats
      metadata: { filter_metadata: { ns: { k: of cluster } } }
      load_assignment:
        cluster_name: app
        endpoints:
          - lb_endpoints:
              - metadata: { filter_metadata: { ns: { k: of endpoint } } }
                endpoint: { hostname: "app.example:1111", address: { socket_address: { address: 127.0.0.1, port_value: 1111 } } }
`;

const textLog = (format: string, filter = ""): string =>
  `{ name: file, ${filter} typed_config: { "@type": ${FILE}, path: /dev/stdout, log_format: { text_format_source: { inline_string: ${JSON.stringify(format)} } } } }`;

const jsonLog = (format: string, more = ""): string =>
  `{ name: file, typed_config: { "@type": ${FILE}, path: /var/log/a.json, log_format: { json_format: ${format} ${more} } } }`;

/** Everything that /dev/stdout got for these requests. */
function linesOf(logs: string, paths: readonly string[]): string[] {
  const harness = new HttpProxyHarness(bootstrap(logs));
  for (const path of paths) harness.ask(path);
  return harness.logs.take("stdout");
}

describe("access log", () => {
  it("writes Envoy's default line", ({ expect }) => {
    const harness = new HttpProxyHarness(bootstrap(`{ name: file, typed_config: { "@type": ${FILE}, path: /a.log } }`));
    harness.ask("/p?q=1", { "user-agent": "agent", "x-request-id": "f1f2f3f4-0000-4000-8000-000000000000" });
    expect(harness.logs.take("/a.log")).toEqual([
      '[2026-01-01T00:00:00.000Z] "GET /p?q=1 HTTP/1.1" 200 - 0 3 0 0 "203.0.113.7" "agent" ' +
        '"f1f2f3f4-0000-4000-8000-000000000000" "test.example" "127.0.0.1:1111"\n',
    ]);
  });

  it("keeps the types of single operators in JSON, sorts keys, and writes strings for the rest", ({ expect }) => {
    const format = `{ zz: { b: "%REQ(x-q)%", a: ["%BYTES_SENT%", lit, "%REQ(none)%"] }, code: "%RESPONSE_CODE%", mixed: "a %RESPONSE_CODE% %REQ(none)%", count: 5, yes: true, nothing: null, é: "é\\n" }`;
    const harness = new HttpProxyHarness(bootstrap(jsonLog(format)));
    harness.ask("/", { "x-q": 'q"uo\\te' });
    expect(harness.logs.take("/var/log/a.json")).toEqual([
      '{"code":200,"count":5,"mixed":"a 200 -","nothing":null,"yes":true,"zz":{"a":[3,"lit",null],"b":"q\\"uo\\\\te"},"\u00c3\u00a9":"\u00c3\u00a9\\n"}\n',
    ]);
  });

  it("leaves missing values out of strings only, with omit_empty_values", ({ expect }) => {
    const harness = new HttpProxyHarness(
      bootstrap(jsonLog('{ a: "%REQ(none)%", b: "[%REQ(none)%]" }', ", omit_empty_values: true")),
    );
    harness.ask("/");
    expect(harness.logs.take("/var/log/a.json")).toEqual(['{"a":null,"b":"[]"}\n']);
  });

  it("opens the streams of the process by name and by path", ({ expect }) => {
    const streams = ["Stdout", "Stderr"].map(
      (name) => `{ name: s, typed_config: { "@type": ${STREAM}.${name}AccessLog } }`,
    );
    const file = `{ name: f, typed_config: { "@type": ${FILE}, path: /dev/stderr } }`;
    const harness = new HttpProxyHarness(bootstrap([...streams, file].join(", ")));
    harness.ask("/");
    expect(harness.logs.take("stdout")).toHaveLength(1);
    expect(harness.logs.take("stderr")).toHaveLength(2);
  });

  it.for([
    ["/", "200 - via_upstream app-stats app 127.0.0.1:1111 app.example 1 main"],
    ["/closed", "403 - direct_response - - - - 0 -"],
    ["/lost", "503 UH no_healthy_upstream lost lost - - 0 -"],
  ] as const)("tells of %s what became of it", ([path, line], { expect }) => {
    const format =
      "%RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %UPSTREAM_CLUSTER% %UPSTREAM_CLUSTER_RAW% " +
      "%UPSTREAM_HOST% %UPSTREAM_HOST_NAME_WITHOUT_PORT% %UPSTREAM_REQUEST_ATTEMPT_COUNT% %ROUTE_NAME%";
    expect(linesOf(textLog(format), [path])).toEqual([line]);
  });

  it("knows a path before and after it was rewritten", ({ expect }) => {
    const format = "%PATH% %PATH(NQ)% %PATH(WQ:PATH)% %PATH(NQ:ORIG)% %QUERY_PARAMS% %QUERY_PARAM(b):2%";
    expect(linesOf(textLog(format), ["/p?a=1&b=two"])).toEqual(["/p?a=1&b=two /p /in/p?a=1&b=two /p a=1&b=two tw"]);
  });

  it("reads metadata of everything that the request went through", ({ expect }) => {
    const format =
      "%METADATA(VIRTUAL_HOST:ns:k)%, %METADATA(ROUTE:ns:k)%, %CLUSTER_METADATA(ns:k)%, %UPSTREAM_METADATA(ns:k)%";
    expect(linesOf(textLog(format), ["/", "/closed"])).toEqual([
      "of host, of route, of cluster, of endpoint",
      "of host, -, -, -",
    ]);
  });

  it("writes one line for a client that goes away, with its flag, and none after that", ({ expect }) => {
    const harness = new HttpProxyHarness(
      bootstrap(textLog("%RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %ACCESS_LOG_TYPE% %DURATION%")),
    );
    harness.respond = () => new Promise(() => undefined);
    const { stream } = harness.ask("/slow");
    harness.timers.advance(250);
    stream.disconnect();
    stream.complete();
    expect(harness.logs.take("stdout")).toEqual(["0 DC downstream_remote_disconnect DownstreamEnd 250"]);
  });

  it("times the request and the answer", async ({ expect }) => {
    const format =
      "%REQUEST_DURATION% %REQUEST_TX_DURATION% %RESPONSE_DURATION% %RESPONSE_TX_DURATION% " +
      "%COMMON_DURATION(DS_RX_BEG:US_RX_BEG:us)% %COMMON_DURATION(DS_TX_END:DS_RX_BEG)%";
    const harness = new HttpProxyHarness(bootstrap(textLog(format)));
    const { promise, resolve } = Promise.withResolvers<ReturnType<typeof ok>>();
    harness.respond = () => promise;
    const { stream } = harness.ask("/");
    harness.timers.advance(30);
    resolve(ok("late"));
    await promise;
    harness.timers.advance(5);
    stream.complete();
    expect(harness.logs.take("stdout")).toEqual(["0 0 30 5 30000 -"]);
  });
});

describe("access_log_options", () => {
  it("logs a request when it begins, with its route, and while it lasts", ({ expect }) => {
    const log = textLog("%ACCESS_LOG_TYPE% %ROUTE_NAME% %UPSTREAM_HOST% %DURATION%");
    const options = "{ access_log_flush_interval: 10s, flush_access_log_on_new_request: true }";
    const harness = new HttpProxyHarness(bootstrap(log, options));
    harness.respond = () => new Promise(() => undefined);
    const { stream } = harness.ask("/");
    for (let second = 0; second < 24; second += 1) harness.timers.advance(1000);
    stream.disconnect();
    harness.timers.advance(60_000);
    expect(harness.logs.take("stdout")).toEqual([
      "DownstreamStart main - 0",
      "DownstreamPeriodic main 127.0.0.1:1111 10000",
      "DownstreamPeriodic main 127.0.0.1:1111 20000",
      "DownstreamEnd main 127.0.0.1:1111 24000",
    ]);
  });
});

describe("access_log_options of tunnels", () => {
  it("logs an upgrade when the upstream has agreed, and its end", ({ expect }) => {
    const log = textLog("%ACCESS_LOG_TYPE% %RESPONSE_CODE% %RESP(x-up)%");
    const harness = new HttpProxyHarness(bootstrap(log, "{ flush_log_on_tunnel_successfully_established: true }"));
    const headers = HeaderMap.from([
      [":status", "101"],
      ["x-up", "yes"],
    ]);
    harness.respond = () => ({ kind: "upgraded", headers, connection: undefined });
    harness.ask("/", { upgrade: "websocket", connection: "upgrade" });
    expect(harness.logs.take("stdout")).toEqual([
      "DownstreamTunnelSuccessfullyEstablished 101 yes",
      "DownstreamEnd 101 yes",
    ]);
  });
});

describe("access log filter", () => {
  const CASES: readonly (readonly [filter: string, logged: readonly string[]])[] = [
    [
      "status_code_filter: { comparison: { op: GE, value: { default_value: 403, runtime_key: k } } }",
      ["/closed", "/lost"],
    ],
    ["status_code_filter: { comparison: { op: LE, value: { default_value: 403, runtime_key: k } } }", ["/", "/closed"]],
    ["status_code_filter: { comparison: { value: { default_value: 403, runtime_key: k } } }", ["/closed"]],
    ["status_code_filter: { comparison: { op: NE, value: { default_value: 403, runtime_key: k } } }", ["/", "/lost"]],
    ["duration_filter: { comparison: { op: GE, value: { default_value: 1, runtime_key: k } } }", []],
    ["not_health_check_filter: {}", ["/", "/closed", "/lost"]],
    ["traceable_filter: {}", []],
    ["runtime_filter: { runtime_key: k, percent_sampled: { numerator: 100 } }", ["/", "/closed", "/lost"]],
    ["runtime_filter: { runtime_key: k, percent_sampled: { numerator: 0 } }", []],
    ['header_filter: { header: { name: ":path", string_match: { prefix: /closed } } }', ["/closed"]],
    ["response_flag_filter: {}", ["/lost"]],
    ["response_flag_filter: { flags: [UF] }", []],
    ["response_flag_filter: { flags: [UF, UH] }", ["/lost"]],
    ["grpc_status_filter: { statuses: [UNAVAILABLE, PERMISSION_DENIED] }", ["/closed", "/lost"]],
    ["grpc_status_filter: { statuses: [UNAVAILABLE], exclude: true }", ["/", "/closed"]],
    ["log_type_filter: { types: [DownstreamEnd] }", ["/", "/closed", "/lost"]],
    ["log_type_filter: { types: [DownstreamEnd], exclude: true }", []],
    [
      "metadata_filter: { matcher: { filter: ns, path: [{ key: k }], value: { bool_match: true } } }",
      ["/", "/closed", "/lost"],
    ],
    [
      "metadata_filter: { matcher: { filter: ns, path: [{ key: k }], value: { bool_match: true } }, match_if_key_not_found: false }",
      [],
    ],
    [
      'and_filter: { filters: [{ response_flag_filter: {} }, { header_filter: { header: { name: ":path", string_match: { exact: /lost } } } }] }',
      ["/lost"],
    ],
    [
      'or_filter: { filters: [{ response_flag_filter: {} }, { header_filter: { header: { name: ":path", string_match: { prefix: /closed } } } }] }',
      ["/closed", "/lost"],
    ],
  ];

  it.for(CASES)("%s", ([filter, logged], { expect }) => {
    const log = textLog("%PATH% ", `filter: { ${filter} },`);
    expect(linesOf(log, ["/", "/closed", "/lost"])).toEqual(logged.map((path) => `${path} `));
  });

  it("samples by the request id", ({ expect }) => {
    const log = textLog(
      "%STREAM_ID% ",
      "filter: { runtime_filter: { runtime_key: k, percent_sampled: { numerator: 50 } } },",
    );
    const harness = new HttpProxyHarness(bootstrap(log));
    const ids = ["00000031", "00000032"].map((start) => `${start}-0000-4000-8000-000000000000`);
    for (const id of ids) harness.ask("/", { "x-request-id": id });
    expect(harness.logs.take("stdout")).toEqual([`${ids[0]} `]);
  });
});
