import type { Difference, DifferenceKind } from "./difference.ts";
import type { Answer, Exchange, HeaderLine, UpstreamRequest } from "./exchange.ts";

/** Everything in which two normalised exchanges differ. Where another backend answered, the answers are not compared further. */
export function compareExchanges(envoy: Exchange, nuncio: Exchange): readonly Difference[] {
  const upstream = compareUpstream(envoy.upstream, nuncio.upstream);
  const status = compareStatus(envoy.answer, nuncio.answer);
  const differsAbove = status.length > 0 || upstream.some(({ kind }) => kind === "backend");
  const answer = differsAbove ? [] : compareAnswers(envoy.answer, nuncio.answer);
  return [...status, ...answer, ...upstream, ...compareLogs(envoy, nuncio)];
}

/** How a connection breaks in the middle of an answer is a matter of chance; that one does, or nothing comes, is not. */
function compareStatus(envoy: Answer, nuncio: Answer): readonly Difference[] {
  const status = (answer: Answer): string =>
    answer.kind === "answer" ? String(answer.status) : answer.how === "silent" ? "silent" : "broken";
  return status(envoy) === status(nuncio) ? [] : [difference("status", "", status(envoy), status(nuncio))];
}

function compareAnswers(envoy: Answer, nuncio: Answer): readonly Difference[] {
  if (envoy.kind === "broken" || nuncio.kind === "broken") return [];
  return [...compareHeaders("header", envoy.headers, nuncio.headers), ...compareText("body", envoy.body, nuncio.body)];
}

function compareUpstream(envoy: readonly UpstreamRequest[], nuncio: readonly UpstreamRequest[]): readonly Difference[] {
  const names = (requests: readonly UpstreamRequest[]): string => requests.map(({ backend }) => backend).join(" ");
  if (names(envoy) !== names(nuncio)) return [difference("backend", "", names(envoy), names(nuncio))];
  return envoy.flatMap((request, at) => {
    const other = nuncio[at];
    return other === undefined ? [] : compareRequests(request, other);
  });
}

function compareRequests(envoy: UpstreamRequest, nuncio: UpstreamRequest): readonly Difference[] {
  const line = ({ method, target }: UpstreamRequest): string => `${method} ${target}`;
  return [
    ...compareText("upstream-target", line(envoy), line(nuncio)),
    ...compareHeaders("upstream-header", envoy.headers, nuncio.headers),
    ...compareText("upstream-body", envoy.body, nuncio.body),
  ];
}

/** Values by name, joined as one list; then the lines of each name; then the order of the names. */
function compareHeaders(
  kind: "header" | "upstream-header",
  envoy: readonly HeaderLine[],
  nuncio: readonly HeaderLine[],
): readonly Difference[] {
  const [left, right] = [valuesByName(envoy), valuesByName(nuncio)];
  const names = [...new Set([...left.keys(), ...right.keys()])];
  const values = names.flatMap((name) => {
    const [one, other] = [left.get(name), right.get(name)];
    if (one === undefined || other === undefined || joined(name, one) !== joined(name, other)) {
      return [difference(kind, name, shown(one), shown(other))];
    }
    return one.length === other.length ? [] : [difference(`${kind}-lines`, name, shown(one), shown(other))];
  });
  if (values.length > 0) return values;
  return compareText(`${kind}-order`, [...left.keys()].join(" "), [...right.keys()].join(" "));
}

/** Lines as one line, as RFC 9110 section 5.2 joins them; cookies by RFC 9113 section 8.2.3. */
function joined(name: string, values: readonly string[]): string {
  return values.join(name === "cookie" ? "; " : ", ");
}

function valuesByName(lines: readonly HeaderLine[]): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of lines) {
    const key = name.toLowerCase();
    const before = values.get(key);
    if (before === undefined) values.set(key, [value]);
    else before.push(value);
  }
  return values;
}

function compareLogs({ log: envoy, ownLog: left }: Exchange, { log: nuncio, ownLog: right }: Exchange): Difference[] {
  const lines = compareText("log", left.join("\n"), right.join("\n"));
  if (envoy === undefined && nuncio === undefined) return lines;
  if (envoy === undefined || nuncio === undefined) {
    return [difference("log", "line", String(envoy !== undefined), String(nuncio !== undefined)), ...lines];
  }
  const fields = [...new Set([...Object.keys(envoy), ...Object.keys(nuncio)])];
  const differing = fields.flatMap((field) => compareField(field, envoy[field], nuncio[field]));
  return [...differing, ...lines];
}

const FIELD_KINDS: Readonly<Record<string, DifferenceKind>> = { flags: "flag", details: "details" };

function compareField(field: string, envoy: unknown, nuncio: unknown): readonly Difference[] {
  const [left, right] = [JSON.stringify(envoy) ?? "absent", JSON.stringify(nuncio) ?? "absent"];
  if (left === right) return [];
  const kind = FIELD_KINDS[field];
  return [difference(kind ?? "log", kind === undefined ? field : "", left, right)];
}

function compareText(kind: DifferenceKind, envoy: string, nuncio: string): Difference[] {
  return envoy === nuncio ? [] : [difference(kind, "", JSON.stringify(envoy), JSON.stringify(nuncio))];
}

function difference(kind: DifferenceKind, name: string, envoy: string, nuncio: string): Difference {
  return { kind, name, envoy, nuncio };
}

function shown(values: readonly string[] | undefined): string {
  return values === undefined ? "absent" : JSON.stringify(values.length === 1 ? values[0] : values);
}
