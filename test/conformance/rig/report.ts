import type { ConfigResult } from "./compare-config.ts";
import { renderDifference } from "./difference.ts";
import type { Exchange } from "./exchange.ts";
import type { Finding, KnownDifference } from "./known-differences.ts";
import { requestText } from "./raw-client.ts";

/** Differences of whole runs, which no request shows. */
const WITHOUT_EXAMPLE: ReadonlySet<string> = new Set(["not-loaded", "balance"]);
/** Characters of a side that an example shows. */
const SHOWN = 700;

export interface Report {
  readonly text: string;
  /** The kinds of the differences that nothing explains. */
  readonly unexplained: ReadonlySet<string>;
}

/** How often each known kind was seen, and each unexplained difference once in full. */
export function reportOf(results: readonly ConfigResult[], known: readonly KnownDifference[]): Report {
  const findings = results.flatMap((result) => result.findings);
  const counts = new Map<string, number>();
  const unexplained: Finding[] = [];
  for (const finding of findings) {
    const kind = known.find((one) => one.explains(finding))?.kind;
    if (kind === undefined) unexplained.push(finding);
    else counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const requests = results.reduce((sum, result) => sum + result.requests, 0);
  const lines = [
    ...[...groups(unexplained).values()].map(renderGroup),
    `${results.length} configurations, ${requests} requests to each proxy`,
    `known differences: ${counts.size} kinds`,
    ...known.flatMap(({ kind, reason }) => (counts.has(kind) ? [`  ${counts.get(kind)} × ${kind}: ${reason}`] : [])),
    `unexplained differences: ${unexplained.length}`,
    ...[...groups(unexplained)].map(([label, group]) => `  ${group.length} × ${label}`),
  ];
  return { text: lines.join("\n"), unexplained: new Set(unexplained.map(({ difference }) => difference.kind)) };
}

/** By configuration and respect: the same cause shows the same way in every request. */
function groups(findings: readonly Finding[]): Map<string, readonly Finding[]> {
  return Map.groupBy(findings, ({ config, difference }) =>
    `${config}: ${difference.kind} ${difference.name}`.trimEnd(),
  );
}

function renderGroup(findings: readonly Finding[]): string {
  const [first] = findings;
  if (first === undefined) return "";
  const sides = WITHOUT_EXAMPLE.has(first.difference.kind) ? [] : renderSides(first);
  return [`${first.config}: ${renderDifference(first.difference)} (${findings.length} times)`, ...sides, ""].join("\n");
}

function renderSides({ difference, request, envoy, nuncio }: Finding): readonly string[] {
  const upstream = difference.kind.startsWith("upstream-");
  const shown = (exchange: Exchange): string =>
    JSON.stringify(upstream ? exchange.upstream : { answer: exchange.answer, log: exchange.log }).slice(0, SHOWN);
  return [
    `  request ${JSON.stringify(requestText(request)).slice(0, SHOWN)}`,
    `  envoy   ${shown(envoy)}`,
    `  nuncio  ${shown(nuncio)}`,
  ];
}
