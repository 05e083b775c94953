import type { PositionIndex } from "../../shared/diagnostics/collector.ts";
import type { ConfigPath } from "../../shared/diagnostics/config-path.ts";
import type { HeaderMap } from "../../shared/http/header-map.ts";
import type {
  Decision,
  ExplainedRoute,
  ExplainedVirtualHost,
  Explanation,
} from "../../shared/route-check/explain-request.ts";
import type { FailedMatcher } from "../../shared/route-check/explain-route.ts";
import type { ExplainedSplit } from "../../shared/route-check/explain-split.ts";

/** The request, and the value that was to decide where it does not. */
export interface ExplainedInput {
  /** As the routes see it. */
  readonly request: HeaderMap;
  /** As it was sent. */
  readonly url: string;
  readonly random: bigint;
}

/** For people: one line for everything that was considered, and the decision last. */
export function explanationText(
  explanation: Explanation,
  { request, url, random }: ExplainedInput,
  positions: PositionIndex,
): string {
  const { virtualHosts, routes, notReached, candidatesExamined } = explanation;
  const seen = urlOf(request);
  const considered = notReached === 0 ? [] : [`  ${count(notReached, "route")} after it not reached`];
  return [
    `${request.get(":method")} ${seen}${seen === url ? "" : ` (sent as ${url})`}`,
    ...virtualHosts.map((host) => virtualHostLine(host, positions)),
    ...routes.map((route) => routeLine(route, positions)),
    ...considered,
    `  ${count(candidatesExamined, "candidate")} examined by the compiled table`,
    ...decisionLines(explanation.decision, random),
  ].join("\n");
}

export function urlOf(request: HeaderMap): string {
  return `${request.get(":scheme")}://${request.get(":authority")}${request.get(":path")}`;
}

/** For programs: the same, with places as `file:line`. */
export function explanationJson(explanation: Explanation, positions: PositionIndex): unknown {
  const placed = <Part extends { readonly path: ConfigPath }>({ path, ...rest }: Part): object => ({
    ...rest,
    path: path.render(),
    place: placeOf(path, positions),
  });
  return {
    ...explanation,
    virtualHosts: explanation.virtualHosts.map(placed),
    routes: explanation.routes.map((route) => ({ ...placed(route), matched: route.failed === undefined })),
  };
}

function virtualHostLine({ name, path, domain, chosen }: ExplainedVirtualHost, positions: PositionIndex): string {
  const where = `virtual host ${name} (${placeOf(path, positions)})`;
  if (chosen) return `${where}: chosen by its domain ${domain}`;
  if (domain === undefined) return `${where}: none of its domains fits`;
  return `${where}: its domain ${domain} fits, another is more specific`;
}

function routeLine({ name, path, failed }: ExplainedRoute, positions: PositionIndex): string {
  const where = `  ${placeOf(path, positions)} route${name === "" ? "" : ` ${name}`}`;
  return failed === undefined ? `${where}: matched` : `${where}: no, ${failureText(failed)}`;
}

function failureText({ field, expected, actual }: FailedMatcher): string {
  const got = actual === undefined ? "nothing" : JSON.stringify(actual);
  return `${snakeCase(field)} expects ${JSON.stringify(expected)}, the request has ${got}`;
}

function decisionLines(decision: Decision, random: bigint): readonly string[] {
  switch (decision.kind) {
    case "none":
      return ["=> 404, no route"];
    case "direct_response":
      return [`=> ${decision.status} by direct_response, ${count(decision.body.length, "byte")}`];
    case "redirect":
      return [`=> ${decision.status} to ${decision.location}`];
    case "forward":
      return forwardLines(decision, random);
  }
}

function forwardLines(decision: Extract<Decision, { kind: "forward" }>, random: bigint): string[] {
  const { cluster, split, host, path, timeoutMs } = decision;
  const timeout = timeoutMs === 0 ? "no timeout" : `timeout ${timeoutMs} ms`;
  const upstream = `=> cluster ${cluster ?? "(the header that names it is missing)"}, ${host}${path}, ${timeout}`;
  return split === undefined ? [upstream] : [splitLine(split, random), upstream];
}

function splitLine({ entries, by }: ExplainedSplit, random: bigint): string {
  const shares = entries.map(({ cluster, percent }) => `${cluster} ${Number(percent.toFixed(2))}%`).join(", ");
  const decider = by === "random value" ? `${by}, here ${random}` : by;
  return `  split by ${decider}: ${shares}`;
}

function placeOf(path: ConfigPath, positions: PositionIndex): string {
  const position = positions.find(path);
  return position === undefined ? path.render() : `${position.file}:${position.line}`;
}

function snakeCase(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
