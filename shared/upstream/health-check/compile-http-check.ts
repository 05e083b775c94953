import type { ConfigPath } from "../../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../../diagnostics/diagnostic.ts";
import type { HeaderMap } from "../../http/header-map.ts";
import { compileStringMatcher, type StringPredicate } from "../../matching/string-matcher.ts";
import type { EnvoyTypeInt64Range, HeaderValueOption, HealthCheckHttpHealthCheck } from "../../schema/envoy-types.ts";
import type { HttpCheck, StatusRange } from "./http-check.ts";
import { compilePayload, compilePayloads } from "./payload.ts";

const DEFAULT_STATUSES: readonly StatusRange[] = [{ start: 200, end: 201 }];
const DEFAULT_BUFFER_BYTES = 1024;
const WITHOUT_BODY = new Set(["GET", "HEAD", "DELETE", "TRACE"]);

/** Compiles an HTTP health check; nothing after reporting why. */
export function compileHttpCheck(
  config: HealthCheckHttpHealthCheck,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): HttpCheck | undefined {
  const payloads = compileBodies(config, path, diagnostics);
  const expected = compileRanges(config.expectedStatuses, path.field("expectedStatuses"), diagnostics);
  const retriable = compileRanges(config.retriableStatuses, path.field("retriableStatuses"), diagnostics);
  const changeHeaders = compileHeaderChange(config, path, diagnostics);
  const name = compileServiceName(config, path, diagnostics);
  const isComplete = payloads !== undefined && changeHeaders !== undefined && name !== undefined;
  if (!isComplete || expected === undefined || retriable === undefined) return undefined;
  return {
    kind: "http",
    method: methodOf(config),
    path: config.path ?? "",
    host: config.host ?? "",
    protocol: config.codecClientType ?? "HTTP1",
    ...payloads,
    ...name,
    changeHeaders,
    expectedStatuses: expected.length === 0 ? DEFAULT_STATUSES : expected,
    retriableStatuses: retriable,
  };
}

type Bodies = Pick<HttpCheck, "body" | "receive" | "responseBufferBytes">;

function compileBodies(
  config: HealthCheckHttpHealthCheck,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): Bodies | undefined {
  const method = methodOf(config);
  if (config.send !== undefined && WITHOUT_BODY.has(method)) {
    const message = `HTTP health check cannot specify a request payload with method '${method}'`;
    diagnostics.error(path.field("send"), "cluster.health_check", message);
    return undefined;
  }
  const body = config.send && compilePayload(config.send, path.field("send"), diagnostics);
  const receive = compilePayloads(config.receive ?? [], path.field("receive"), diagnostics);
  if (receive === undefined || (config.send !== undefined && body === undefined)) return undefined;
  const responseBufferBytes = Number(config.responseBufferSize ?? DEFAULT_BUFFER_BYTES);
  const length = receive.reduce((sum, part) => sum + part.length, 0);
  if (responseBufferBytes === 0 || length <= responseBufferBytes) return { body, receive, responseBufferBytes };
  const message = `the expected response length ${length} is over the response buffer size ${responseBufferBytes}`;
  diagnostics.error(path.field("receive"), "cluster.health_check", message);
  return undefined;
}

function compileRanges(
  ranges: readonly EnvoyTypeInt64Range[] = [],
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): readonly StatusRange[] | undefined {
  const compiled = ranges.map(({ start = "0", end = "0" }) => ({ start: Number(start), end: Number(end) }));
  const wrong = compiled.findIndex(({ start, end }) => start >= end || start < 100 || end > 600);
  if (wrong < 0) return compiled;
  const message = "expected start < end, both between 100 and 600";
  diagnostics.error(path.index(wrong), "cluster.health_check", message);
  return undefined;
}

function compileServiceName(
  { serviceNameMatcher: config }: HealthCheckHttpHealthCheck,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): { readonly matchesServiceName: StringPredicate | undefined } | undefined {
  if (config === undefined) return { matchesServiceName: undefined };
  const matchesServiceName = compileStringMatcher(config, path.field("serviceNameMatcher"), diagnostics);
  return matchesServiceName && { matchesServiceName };
}

/** Adds, then removes, as Envoy does. A probe has no downstream that a value's format could speak of. */
function compileHeaderChange(
  { requestHeadersToAdd: additions = [], requestHeadersToRemove: removals = [] }: HealthCheckHttpHealthCheck,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): HttpCheck["changeHeaders"] | undefined {
  const formatted = additions.findIndex(({ header }) => (header?.value ?? "").includes("%"));
  if (formatted >= 0) {
    const at = path.field("requestHeadersToAdd").index(formatted);
    diagnostics.error(at, "config.unsupported", "formats in headers of health checks are not implemented");
    return undefined;
  }
  return (headers) => {
    for (const addition of additions) addHeader(headers, addition);
    for (const name of removals) headers.remove(name.toLowerCase());
  };
}

function addHeader(headers: HeaderMap, option: HeaderValueOption): void {
  const { header, append, appendAction, keepEmptyValue = false } = option;
  const [name, value] = [(header?.key ?? "").toLowerCase(), header?.value ?? ""];
  if (value === "" && !keepEmptyValue) return;
  const action = append === false ? "OVERWRITE_IF_EXISTS_OR_ADD" : (appendAction ?? "APPEND_IF_EXISTS_OR_ADD");
  switch (action) {
    case "APPEND_IF_EXISTS_OR_ADD":
      return headers.add(name, value);
    case "ADD_IF_ABSENT":
      return headers.has(name) ? undefined : headers.add(name, value);
    case "OVERWRITE_IF_EXISTS_OR_ADD":
      return headers.set(name, value);
    case "OVERWRITE_IF_EXISTS":
      return headers.has(name) ? headers.set(name, value) : undefined;
  }
}

function methodOf({ method = "METHOD_UNSPECIFIED" }: HealthCheckHttpHealthCheck): string {
  return method === "METHOD_UNSPECIFIED" ? "GET" : method;
}
