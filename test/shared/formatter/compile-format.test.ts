import { describe, it } from "vitest";
import { DiagnosticCollector } from "../../../shared/diagnostics/collector.ts";
import { ConfigPath } from "../../../shared/diagnostics/config-path.ts";
import { compileFormat, type MissingValue } from "../../../shared/formatter/compile-format.ts";
import type { FormatContext } from "../../../shared/formatter/format-context.ts";
import { HeaderMap } from "../../../shared/http/header-map.ts";
import { StreamInfo } from "../../../shared/http/stream-info.ts";

function streamInfo(): StreamInfo {
  const info = new StreamInfo({
    startWallMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
    startMonotonicMs: 30,
    clock: { monotonicMs: () => 42.9, wallMs: () => 0 },
    downstream: {
      remoteAddress: "203.0.113.7:4711",
      directRemoteAddress: "10.0.0.1:80",
      localAddress: "[::1]:8080",
      protocol: "HTTP/2",
      tls: true,
      requestedServerName: "sni.example",
      connectionId: 42,
    },
  });
  info.bytesReceived = 10;
  info.bytesSent = 2000;
  info.responseCode = 503;
  info.responseCodeDetails = "via upstream\tx";
  info.routeName = "my-route";
  info.upstreamCluster = "cluster";
  info.upstreamClusterRaw = "cluster";
  info.upstreamHost = "10.1.1.1:8080";
  info.attemptCount = 2;
  info.setFlag("UpstreamRetryLimitExceeded");
  info.setFlag("NoHealthyUpstream");
  info.mergeMetadata("ns", { text: "t", number: 7, yes: true, nothing: null, nested: { list: [1, "a"] } });
  return info;
}

const CONTEXT: FormatContext = {
  requestHeaders: HeaderMap.from([
    [":path", "/p?a=1&b"],
    ["x-one", "first"],
    ["x-one", "second"],
    ["x-empty", ""],
  ]),
  responseHeaders: HeaderMap.from([["x-up", "value"]]),
  responseTrailers: HeaderMap.from([["grpc-status", "0"]]),
  streamInfo: streamInfo(),
  localReplyBody: "no healthy upstream",
};

function compile(text: string, missing: MissingValue, diagnostics = new DiagnosticCollector()) {
  return compileFormat(text, ConfigPath.root.field("value"), diagnostics, missing);
}

const render = (text: string, context: FormatContext = CONTEXT, missing: MissingValue = "-"): string | undefined =>
  compile(text, missing)?.(context);

function refusal(text: string): string {
  const diagnostics = new DiagnosticCollector();
  compile(text, "-", diagnostics);
  return diagnostics.diagnostics.map(({ code, message }) => `${code} ${message}`).join("; ");
}

describe("compileFormat", () => {
  it.for([
    ["", ""],
    ["plain", "plain"],
    ["100%%", "100%"],
    ["%%REQ%%", "%REQ%"],
    ["%%%PROTOCOL%%%", "%HTTP/2%"],
    ["[%PROTOCOL%] %RESPONSE_CODE%\n", "[HTTP/2] 503\n"],
    ["é %REQ(x-one)%", "\u00c3\u00a9 first"],
  ] as const)("renders %j as %j", ([text, rendered], { expect }) => {
    expect(render(text)).toBe(rendered);
  });

  it.for([
    ["REQ(X-One)", "first"],
    ["REQUEST_HEADER(x-one)", "first"],
    ["REQ(x-one):3", "fir"],
    ["REQ(x-one):0", ""],
    ["REQ(x-none?X-ONE)", "first"],
    ["REQ(x-empty?x-one)", ""],
    ["REQ(x-one?)", "first"],
    ["REQ(x-none)", "-"],
    ["REQ(:PATH)", "/p?a=1&b"],
    ["RESP(x-up)", "value"],
    ["RESPONSE_HEADER(x-none?x-up):2", "va"],
    ["TRAILER(grpc-status)", "0"],
    ["RESPONSE_TRAILER(x)", "-"],
    ["QUERY_PARAM(a)", "1"],
    ["QUERY_PARAM(b)", ""],
    ["QUERY_PARAM(c)", "-"],
    ["PROTOCOL", "HTTP/2"],
    ["RESPONSE_CODE", "503"],
    ["RESPONSE_CODE_DETAILS", "via_upstream_x"],
    ["RESPONSE_CODE_DETAILS(ALLOW_WHITESPACES)", "via upstream\tx"],
    ["RESPONSE_FLAGS", "URX,UH"],
    ["RESPONSE_FLAGS_LONG", "UpstreamRetryLimitExceeded,NoHealthyUpstream"],
    ["BYTES_RECEIVED", "10"],
    ["BYTES_SENT", "2000"],
    ["DURATION", "12"],
    ["ROUTE_NAME", "my-route"],
    ["UPSTREAM_CLUSTER", "cluster"],
    ["UPSTREAM_CLUSTER_RAW", "cluster"],
    ["UPSTREAM_HOST", "10.1.1.1:8080"],
    ["UPSTREAM_REQUEST_ATTEMPT_COUNT", "2"],
    ["CONNECTION_ID", "42"],
    ["LOCAL_REPLY_BODY", "no healthy upstream"],
    ["REQUESTED_SERVER_NAME", "sni.example"],
    ["DOWNSTREAM_REMOTE_ADDRESS", "203.0.113.7:4711"],
    ["DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT", "203.0.113.7"],
    ["DOWNSTREAM_REMOTE_PORT", "4711"],
    ["DOWNSTREAM_DIRECT_REMOTE_ADDRESS", "10.0.0.1:80"],
    ["DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT", "10.0.0.1"],
    ["DOWNSTREAM_DIRECT_REMOTE_PORT", "80"],
    ["DOWNSTREAM_LOCAL_ADDRESS", "[::1]:8080"],
    ["DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT", "::1"],
    ["DOWNSTREAM_LOCAL_PORT", "8080"],
    ["START_TIME", "2026-01-02T03:04:05.678Z"],
    ["START_TIME(%Y/%m/%d)", "2026/01/02"],
    ["START_TIME(%Y)x)", "2026)x"],
    ["DYNAMIC_METADATA(ns:text)", "t"],
    ["DYNAMIC_METADATA(ns:number)", "7"],
    ["DYNAMIC_METADATA(ns:yes)", "true"],
    ["DYNAMIC_METADATA(ns:nothing)", "-"],
    ["DYNAMIC_METADATA(ns:nested)", '{"list":[1,"a"]}'],
    ["DYNAMIC_METADATA(ns:nested:list)", '[1,"a"]'],
    ["DYNAMIC_METADATA(ns:nested):5", '{"lis'],
    ["DYNAMIC_METADATA(ns:text:deeper)", "-"],
    ["DYNAMIC_METADATA(ns:toString)", "-"],
    ["DYNAMIC_METADATA(other)", "-"],
    ['DYNAMIC_METADATA(["ns", "text"])', "t"],
  ] as const)("renders %%%s%% as %j", ([operator, rendered], { expect }) => {
    expect(render(`%${operator}%`)).toBe(rendered);
  });

  const start = { startWallMs: 0, startMonotonicMs: 0 };
  const downstream = {
    remoteAddress: "/pipe",
    directRemoteAddress: "",
    localAddress: "",
    protocol: "HTTP/1.1",
    tls: false,
  } as const;
  const EMPTY: FormatContext = { streamInfo: new StreamInfo({ ...start, downstream }) };
  it.for([
    ["%RESPONSE_CODE%", "0"],
    ["%RESPONSE_FLAGS% %RESPONSE_FLAGS_LONG%", "- -"],
    ["%ROUTE_NAME% %UPSTREAM_HOST% %UPSTREAM_CLUSTER%", "- - -"],
    ["%REQ(a)% %RESP(a)% %TRAILER(a)%", "- - -"],
    ["%DURATION% %LOCAL_REPLY_BODY% %RESPONSE_CODE_DETAILS%", "-  -"],
    ["%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% %DOWNSTREAM_REMOTE_PORT%", "/pipe -"],
    ["%REQUESTED_SERVER_NAME% %CONNECTION_ID%", "- 0"],
  ] as const)("renders %j of a stream of which nothing is known as %j", ([text, rendered], { expect }) => {
    expect(render(text, EMPTY)).toBe(rendered);
  });

  it.for(["DYNAMIC_METADATA", "CLUSTER_METADATA"])(
    "%s reads no namespace that every object has",
    (operator, { expect }) => {
      const metadata = { ns: { text: "t" } };
      const info = new StreamInfo({ ...start, downstream: { ...downstream, metadata } });
      info.clusterMetadata = metadata;
      const format = `%${operator}(__proto__:toString)% %${operator}(constructor:name)% %${operator}(ns:text)%`;
      expect(render(format, { streamInfo: info })).toBe("- - t");
    },
  );

  it("leaves missing values out where that is wanted", ({ expect }) => {
    expect(render("[%REQ(none)%%ROUTE_NAME%]", EMPTY, "")).toBe("[]");
  });

  it.for([
    ["%FOO%", "config.format_string Not supported field in StreamInfo: FOO"],
    ["100%", "config.format_string Incorrect configuration: 100%. Couldn't find valid command at position 3"],
    [
      "a %req(a)%",
      "config.format_string Incorrect configuration: a %req(a)%. Couldn't find valid command at position 2",
    ],
    [
      "%REQ(a):-1%",
      "config.format_string Incorrect configuration: %REQ(a):-1%. Couldn't find valid command at position 0",
    ],
    ["%PROTOCOL(x)%", "config.format_string PROTOCOL does not take any parameters or length"],
    ["%PROTOCOL:3%", "config.format_string PROTOCOL does not take any parameters or length"],
    ["%REQ%", "config.format_string REQ requires parameters"],
    ["%REQ()%", "config.format_string REQ requires parameters"],
    ["%REQ(a?b?c)%", "config.format_string More than 1 alternative header specified in token: a?b?c"],
    ["%START_TIME:2%", "config.format_string START_TIME does not allow length to be specified."],
    ["%START_TIME(%Q)%", "config.unsupported the conversion %Q in the time format %Q is not implemented"],
    [
      "%HOSTNAME%",
      "config.unsupported %HOSTNAME% is known to Envoy and not implemented: a Worker runs on no host that has a name",
    ],
    ["%METADATA(LISTENER:a)%", "config.unsupported METADATA(LISTENER:…): metadata of listeners is not kept"],
    ["%METADATA(PLANET:a)%", "config.format_string PLANET is not supported type of metadata"],
  ] as const)("refuses %j", ([text, reason], { expect }) => {
    expect(refusal(text)).toBe(reason);
  });
});
