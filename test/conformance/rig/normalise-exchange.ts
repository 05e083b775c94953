import type { Answer, Exchange, HeaderLine, UpstreamRequest } from "./exchange.ts";

export interface NormaliseOptions {
  /** The id of this request at this proxy. */
  readonly id: string;
  /** The address of the proxy's own listener, which shows where a request named it. */
  readonly listenerPort: number;
  /** Backends whose pick is free. */
  readonly balanced: readonly string[];
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
/** The value of a cookie that keeps a client at its endpoint: made from the connection's addresses. */
const STICKY_VALUE = /"[0-9a-f]{16}"/g;
const TIME_HEADERS: ReadonlySet<string> = new Set(["date", "x-envoy-upstream-service-time"]);

/** The exchange without what differs from one run to the next: ids, times, free picks; and backends in an order of their own. */
export function normaliseExchange(exchange: Exchange, options: NormaliseOptions): Exchange {
  const text = (value: string): string => normaliseText(value, options);
  return {
    answer: normaliseAnswer(exchange.answer, text),
    upstream: exchange.upstream
      .map((request) => normaliseRequest(request, text))
      .toSorted((a, b) => (a.backend < b.backend ? -1 : a.backend > b.backend ? 1 : 0)),
    log: exchange.log && Object.fromEntries(Object.entries(exchange.log).map(([k, v]) => [k, normaliseValue(v, text)])),
    ownLog: exchange.ownLog.map(text),
  };
}

function normaliseText(value: string, { id, listenerPort, balanced }: NormaliseOptions): string {
  let text = value
    .replaceAll(id, "ID")
    .replaceAll(UUID, "UUID")
    .replaceAll(STICKY_VALUE, '"STICKY"')
    .replaceAll(`127.0.0.1:${listenerPort}`, "LISTENER");
  for (const name of balanced) text = text.replaceAll(new RegExp(`\\b${name}\\b *`, "g"), "BALANCED");
  return text;
}

function normaliseAnswer(answer: Answer, text: (value: string) => string): Answer {
  if (answer.kind === "broken") return answer;
  return { ...answer, headers: normaliseHeaders(answer.headers, text), body: text(answer.body) };
}

function normaliseRequest(request: UpstreamRequest, text: (value: string) => string): UpstreamRequest {
  const { backend, method, target, headers, body } = request;
  return {
    backend: text(backend),
    method,
    target: text(target),
    headers: normaliseHeaders(headers, text),
    body: text(body),
  };
}

function normaliseHeaders(lines: readonly HeaderLine[], text: (value: string) => string): readonly HeaderLine[] {
  return lines.map(([name, value]) => [name, normaliseValueOf(name.toLowerCase(), value, text)]);
}

function normaliseValueOf(name: string, value: string, text: (value: string) => string): string {
  if (TIME_HEADERS.has(name)) return "TIME";
  return name === "x-envoy-expected-rq-timeout-ms" ? wholeSeconds(value) : text(value);
}

/** A second attempt is told the time that is left. */
function wholeSeconds(value: string): string {
  const ms = Number(value);
  return ms > 1000 ? String(Math.ceil(ms / 1000) * 1000) : value;
}

function normaliseValue(value: unknown, text: (value: string) => string): unknown {
  return typeof value === "string" ? text(value) : value;
}
