import { describe, it } from "vitest";
import { DiagnosticCollector } from "../../../shared/diagnostics/collector.ts";
import { ConfigPath } from "../../../shared/diagnostics/config-path.ts";
import { compileFormat } from "../../../shared/formatter/compile-format.ts";
import { compileJsonFormat } from "../../../shared/formatter/compile-json-format.ts";
import type { FormatContext } from "../../../shared/formatter/format-context.ts";
import type { UpstreamHost } from "../../../shared/host/upstream-host.ts";
import { HeaderMap } from "../../../shared/http/header-map.ts";
import { type DownstreamInfo, StreamInfo } from "../../../shared/http/stream-info.ts";
import { FakeTimers, SeededRandom } from "../../support/fakes.ts";

const DOWNSTREAM: DownstreamInfo = {
  remoteAddress: "127.0.0.1:53846",
  directRemoteAddress: "127.0.0.1:53846",
  localAddress: "127.0.0.1:18480",
  protocol: "HTTP/1.1",
  tls: true,
  connectionId: 6,
  tlsConnection: {
    version: "TLSv1.3",
    cipher: "AEAD-AES128-GCM-SHA256",
    peerCertificate: {
      validated: true,
      subject: "CN=client",
      sha256Fingerprint: "ab12",
      dnsSans: ["a.example", "b.example"],
      notBeforeMs: Date.UTC(2018, 11, 2, 19, 39, 0),
    },
  },
};

/** Only what formats read of it. */
const HOST = {
  address: "127.0.0.1:18481",
  hostname: "hosty:99",
  metadata: { ns: { k: "eval" } },
} as unknown as UpstreamHost;

/** The exchange that the values below were observed for: a gRPC call that took 31 ms, and failed. */
function observed(): FormatContext {
  const timers = new FakeTimers();
  const { clock } = timers;
  const info = new StreamInfo({
    startWallMs: Date.UTC(2026, 10, 23, 7, 0, 5, 236),
    startMonotonicMs: 0,
    downstream: DOWNSTREAM,
    clock,
    random: new SeededRandom(),
  });
  info.mark("DS_RX_END");
  info.beginAttempt(HOST);
  info.mark("US_TX_END");
  timers.advance(31);
  info.mark("US_RX_BEG");
  info.addAttemptedHost(HOST);
  info.upstreamConnection = { id: 1, localAddress: "127.0.0.1:55418", protocol: "HTTP/1.1" };
  info.upstreamCluster = "alt";
  info.upstreamClusterRaw = "up";
  info.mark("DS_TX_END");
  info.responseCode = 200;
  info.routeMetadata = { ns: { k: "routeval", n: { b: 1, a: [true, null] } } };
  info.virtualClusterName = "vc";
  info.mergeMetadata("ns", {
    text: 'tex"t',
    number: 7,
    yes: true,
    nothing: null,
    list: [1, "a"],
    obj: { z: 1, a: "b" },
  });
  info.setFilterState("state", { text: "plain", value: { b: 1, a: 2 }, field: (name) => `field ${name}` });
  return {
    requestHeaders: HeaderMap.from([
      [":path", "/re/p?a=1&b=two%20x&b=3&c"],
      [":authority", "exa.mple:99"],
      ["x-envoy-original-path", "/p?a=1&b=two%20x&b=3&c"],
      ["content-type", "application/grpc"],
      ["x-q", 'q"uo\\te\tt'],
      ["x-long", "abcdefgh"],
      ["x-latin", "\u00e9\u00ff"],
      ["x-request-id", "b991f090-48d2-44c1-9361-ea43b2e6c1d4"],
    ]),
    responseHeaders: HeaderMap.from([["grpc-status", "5"]]),
    streamInfo: info,
    moment: "DownstreamEnd",
  };
}

/** An operator, what it prints in texts, and in JSON. */
const VALUES: readonly (readonly [operator: string, text: string, json: string])[] = [
  ["START_TIME", "2026-11-23T07:00:05.236Z", '"2026-11-23T07:00:05.236Z"'],
  [
    "START_TIME(%s.%3f|%1f|%9f|%f|%6f)",
    "1795417205.236|2|236000000|236000000|236000",
    '"1795417205.236|2|236000000|236000000|236000"',
  ],
  ["START_TIME(%E3S|%E*S|%E0S)", "05.236|05.236|05", '"05.236|05.236|05"'],
  [
    "START_TIME(%Y/%m/%dT%H:%M:%S%z %s)",
    "2026/11/23T07:00:05+0000 1795417205",
    '"2026/11/23T07:00:05+0000 1795417205"',
  ],
  ["START_TIME_LOCAL", "2026-11-23T07:00:05.236+0000", '"2026-11-23T07:00:05.236+0000"'],
  ["EMIT_TIME", "2026-01-01T00:00:00.031Z", '"2026-01-01T00:00:00.031Z"'],
  ["DURATION", "31", "31"],
  ["REQUEST_DURATION", "0", "0"],
  ["REQUEST_TX_DURATION", "0", "0"],
  ["RESPONSE_DURATION", "31", "31"],
  ["RESPONSE_TX_DURATION", "0", "0"],
  ["ROUNDTRIP_DURATION", "-", "null"],
  ["COMMON_DURATION(DS_RX_BEG:DS_TX_END)", "31", "31"],
  ["COMMON_DURATION(DS_RX_BEG:US_RX_BEG:us)", "31000", "31000"],
  ["COMMON_DURATION(DS_TX_END:DS_RX_BEG:us)", "-", "null"],
  ["COMMON_DURATION(US_RX_END:DS_TX_END:ns)", "-", "null"],
  ["BYTES_RETRANSMITTED", "0", "0"],
  ["RESPONSE_HEADERS_BYTES", "12", "12"],
  ["RESPONSE_TRAILERS_BYTES", "0", "0"],
  ["UPSTREAM_PROTOCOL", "HTTP/1.1", '"HTTP/1.1"'],
  ["CONNECTION_TERMINATION_DETAILS", "-", "null"],
  ["GRPC_STATUS", "NotFound", '"NotFound"'],
  ["GRPC_STATUS(SNAKE_STRING)", "NOT_FOUND", '"NOT_FOUND"'],
  ["GRPC_STATUS(NUMBER)", "5", "5"],
  ["GRPC_STATUS_NUMBER", "5", "5"],
  ["VIRTUAL_CLUSTER_NAME", "vc", '"vc"'],
  ["REQ(X-Q)", 'q"uo\\te\tt', '"q\\"uo\\\\te\\tt"'],
  ["REQ(x-latin)", "\u00e9\u00ff", '"\\u00e9\\u00ff"'],
  ["REQ(NO?X-LONG):3", "abc", '"abc"'],
  ["QUERY_PARAM(b):2", "tw", '"tw"'],
  ["QUERY_PARAMS", "a=1&b=two%20x&b=3&c", '"a=1&b=two%20x&b=3&c"'],
  ["QUERY_PARAMS(DECODED)", "a=1&b=two%20x&b=3&c", '"a=1&b=two%20x&b=3&c"'],
  ["QUERY_PARAMS(ORIG):3", "a=1", '"a=1"'],
  ["PATH(NQ)", "/p", '"/p"'],
  ["PATH(NQ:PATH)", "/re/p", '"/re/p"'],
  ["PATH(WQ:ORIG):4", "/p?a", '"/p?a"'],
  ["LOCAL_REPLY_BODY", "", '""'],
  ["CUSTOM_FLAGS", "", '""'],
  ["STREAM_ID", "b991f090-48d2-44c1-9361-ea43b2e6c1d4", '"b991f090-48d2-44c1-9361-ea43b2e6c1d4"'],
  ["TRACE_ID", "-", "null"],
  ["ACCESS_LOG_TYPE", "DownstreamEnd", '"DownstreamEnd"'],
  [
    'COALESCE({"operators":["TRACE_ID",{"command":"REQ","param":"nope"},{"command":"REQ","param":"x-long","max_length":2}]})',
    "ab",
    '"ab"',
  ],
  ["UPSTREAM_HOST_NAME", "hosty:99", '"hosty:99"'],
  ["UPSTREAM_HOST_NAME_WITHOUT_PORT", "hosty", '"hosty"'],
  ["UPSTREAM_HOSTS_ATTEMPTED", "127.0.0.1:18481", '"127.0.0.1:18481"'],
  ["UPSTREAM_HOSTS_ATTEMPTED_WITHOUT_PORT", "127.0.0.1", '"127.0.0.1"'],
  ["UPSTREAM_HOST_NAMES_ATTEMPTED_WITHOUT_PORT", "hosty", '"hosty"'],
  ["UPSTREAM_CLUSTER", "alt", '"alt"'],
  ["UPSTREAM_CLUSTER_RAW", "up", '"up"'],
  ["UPSTREAM_LOCAL_ADDRESS", "127.0.0.1:55418", '"127.0.0.1:55418"'],
  ["UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT(16)", "127.0.0.0/16", '"127.0.0.0/16"'],
  ["UPSTREAM_LOCAL_PORT", "55418", "55418"],
  ["UPSTREAM_REMOTE_ADDRESS", "127.0.0.1:18481", '"127.0.0.1:18481"'],
  ["UPSTREAM_REMOTE_ADDRESS_ENDPOINT_ID", "", '""'],
  ["UPSTREAM_TRANSPORT_FAILURE_REASON", "-", "null"],
  ["UPSTREAM_CONNECTION_ID", "1", "1"],
  ["DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(8)", "127.0.0.0/8", '"127.0.0.0/8"'],
  ["DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(0)", "0.0.0.0/0", '"0.0.0.0/0"'],
  ["DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(33)", "127.0.0.1/32", '"127.0.0.1/32"'],
  ["DOWNSTREAM_DIRECT_LOCAL_PORT", "18480", "18480"],
  ["DOWNSTREAM_LOCAL_ADDRESS_ENDPOINT_ID", "", '""'],
  ["CONNECTION_ID", "6", "6"],
  ["REQUESTED_SERVER_NAME(SNI_ONLY)", "-", "null"],
  ["REQUESTED_SERVER_NAME(SNI_FIRST:ORIG)", "-", "null"],
  ["REQUESTED_SERVER_NAME(HOST_FIRST)", "exa.mple:99", '"exa.mple:99"'],
  ["REQUESTED_SERVER_NAME(SNI_FIRST:HOST)", "exa.mple:99", '"exa.mple:99"'],
  ["DYNAMIC_METADATA(ns:list)", '[1,"a"]', '[1,"a"]'],
  ["DYNAMIC_METADATA(ns:obj)", '{"a":"b","z":1}', '{"a":"b","z":1}'],
  ["DYNAMIC_METADATA(ns:obj):4", '{"a"', '{"a":"b","z":1}'],
  ["DYNAMIC_METADATA(ns:text):2", "te", '"te"'],
  ["DYNAMIC_METADATA(ns:yes)", "true", "true"],
  ["DYNAMIC_METADATA(ns:nothing)", "-", "null"],
  ["UPSTREAM_METADATA(ns:k)", "eval", '"eval"'],
  ["METADATA(UPSTREAM_HOST:ns:k)", "eval", '"eval"'],
  [
    "METADATA(ROUTE:ns)",
    '{"k":"routeval","n":{"a":[true,null],"b":1}}',
    '{"k":"routeval","n":{"a":[true,null],"b":1}}',
  ],
  ["METADATA(ROUTE:nope)", "-", "null"],
  ["METADATA(DYNAMIC:ns:number)", "7", "7"],
  ["FILTER_STATE(k:PLAIN)", "-", "null"],
  ["UPSTREAM_FILTER_STATE(k)", "-", "null"],
  ["TLS_JA3_FINGERPRINT", "-", "null"],
  ["UPSTREAM_TLS_VERSION", "-", "null"],
];

/** Written from Envoy's documentation: the observed exchange had no TLS and no filter state. */
const DOCUMENTED: typeof VALUES = [
  ["FILTER_STATE(state)", '{"a":2,"b":1}', '{"a":2,"b":1}'],
  ["FILTER_STATE(state:PLAIN):3", "pla", '"pla"'],
  ["FILTER_STATE(state:FIELD:x)", "field x", '"field x"'],
  ["DOWNSTREAM_TLS_VERSION", "TLSv1.3", '"TLSv1.3"'],
  ["DOWNSTREAM_PEER_SUBJECT", "CN=client", '"CN=client"'],
  ["DOWNSTREAM_PEER_DNS_SAN", "a.example,b.example", '"a.example,b.example"'],
  ["DOWNSTREAM_PEER_FINGERPRINT_256", "ab12", '"ab12"'],
  ["DOWNSTREAM_PEER_CERT_V_START", "Dec  2 19:39:00 2018 GMT", '"Dec  2 19:39:00 2018 GMT"'],
  ["DOWNSTREAM_PEER_CERT_V_START(%Y)", "2018", '"2018"'],
  ["DOWNSTREAM_PEER_CERT_V_END", "-", "null"],
];

function problemsOf(format: string): string[] {
  const diagnostics = new DiagnosticCollector();
  compileFormat(format, ConfigPath.root, diagnostics);
  return diagnostics.diagnostics.map(({ message }) => message);
}

describe("format operators", () => {
  it.for([...VALUES, ...DOCUMENTED])("%s", ([operator, text, json], { expect }) => {
    const [path, diagnostics, context] = [ConfigPath.root, new DiagnosticCollector(), observed()];
    expect(compileFormat(`%${operator}%`, path, diagnostics)?.(context)).toBe(text);
    expect(compileJsonFormat({ o: `%${operator}%` }, path, diagnostics, "-")?.(context)).toBe(`{"o":${json}}\n`);
  });

  it("UNIQUE_ID differs from use to use", ({ expect }) => {
    const format = compileFormat("%UNIQUE_ID% %UNIQUE_ID%", ConfigPath.root, new DiagnosticCollector());
    // The same identifier twice would match the second form.
    expect(format?.(observed())).toMatch(/^[0-9a-f-]{36} [0-9a-f-]{36}$/);
    expect(format?.(observed())).not.toMatch(/^(.*) \1$/);
  });

  it("upstream operators forget an attempt when the next one begins", ({ expect }) => {
    const context = observed();
    context.streamInfo.beginAttempt({ ...HOST, address: "127.0.0.1:2" });
    const format =
      "%UPSTREAM_HOST% %UPSTREAM_HOSTS_ATTEMPTED% %UPSTREAM_REMOTE_ADDRESS% %UPSTREAM_PROTOCOL% %RESPONSE_DURATION%";
    const text = compileFormat(format, ConfigPath.root, new DiagnosticCollector())?.(context);
    expect(text).toBe("127.0.0.1:2 127.0.0.1:18481 - - -");
  });

  it.for([
    ["NOT_FOUND is what a number without name is not", "77", "77"],
    ["a status that is no number is -1", "x", "-1"],
  ] as const)("GRPC_STATUS: %s", ([, status, text], { expect }) => {
    const context = { ...observed(), responseTrailers: HeaderMap.from([["grpc-status", status]]) };
    expect(compileFormat("%GRPC_STATUS%", ConfigPath.root, new DiagnosticCollector())?.(context)).toBe(text);
  });

  it("GRPC_STATUS is missing for requests that are not gRPC", ({ expect }) => {
    const context = { ...observed(), requestHeaders: HeaderMap.from([[":path", "/"]]) };
    expect(compileFormat("%GRPC_STATUS%", ConfigPath.root, new DiagnosticCollector())?.(context)).toBe("-");
  });

  it.for([
    ["%COMMON_DURATION(DS_RX_BEG:US_CX_END)%", "COMMON_DURATION(DS_RX_BEG:US_CX_END): no host tells of US_CX_END"],
    ["%COMMON_DURATION(A:B)%", "expected time points such as DS_RX_BEG for COMMON_DURATION, got A:B"],
    [
      "%COMMON_DURATION(DS_RX_BEG:DS_TX_END:s)%",
      "expected START:END:ms|us|ns for COMMON_DURATION, got DS_RX_BEG:DS_TX_END:s",
    ],
    ["%GRPC_STATUS(X)%", "GrpcStatusFormatter only supports CAMEL_STRING, SNAKE_STRING or NUMBER."],
    ["%PATH(X)%", "expected WQ or NQ, and ORIG, PATH or ORIG_OR_PATH, for PATH, got X"],
    ["%QUERY_PARAMS(X)%", "expected ORIG or DECODED for QUERY_PARAMS, got X"],
    ["%FILTER_STATE(a:B)%", "Invalid filter state serialize type, only support PLAIN/TYPED/FIELD."],
    ["%COALESCE({})%", "COALESCE requires at least one operator in 'operators'"],
    ['%COALESCE({"operators":[7]})%', "COALESCE: expected an operator, got 7"],
    ['%COALESCE({"operators":["NOPE"]})%', "Not supported field in StreamInfo: NOPE"],
    ["%PER_REQUEST_STATE(k)%", "Not supported field in StreamInfo: PER_REQUEST_STATE"],
    ["%CEL(1)%", "%CEL% is known to Envoy and not implemented: CEL expressions are not implemented"],
  ] as const)("%s is refused: %s", ([format, problem], { expect }) => {
    expect(problemsOf(format)).toEqual([problem]);
  });
});
