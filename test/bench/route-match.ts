import { DiagnosticCollector } from "../../shared/diagnostics/collector.ts";
import { ConfigPath } from "../../shared/diagnostics/config-path.ts";
import { HeaderMap } from "../../shared/http/header-map.ts";
import { compileRouteTable } from "../../shared/router/compile-route-table.ts";
import { withoutFilterConfigs } from "../../shared/router/filter-configs.ts";
import type { MatchTrace, RouteTable } from "../../shared/router/route.ts";
import type { Route } from "../../shared/schema/envoy-types.ts";
import type { BenchRow } from "./bench-row.ts";

// What one match costs, and that it does not grow with the table. Rounds of all cases are interleaved and the least counts, since
// the machine is shared. Paths have a query, so that what is looked up is a new string each time, as it is for a new request.

const SIZES = [10, 1_000, 10_000];
const ROUNDS = 9;
const MATCHES = 20_000;
/** Different requests for each case, so that one path is not all that the caches hold. */
const SPREAD = 64;

interface Shape {
  readonly name: string;
  route(at: number): Route;
  /** The path and headers that lead to the route at a position. */
  request(at: number): HeaderMap;
}

const cluster = (match: Route["match"]): Route => ({ ...(match ? { match } : {}), route: { cluster: "c" } });

function get(path: string, headers: readonly (readonly [string, string])[] = []): HeaderMap {
  return HeaderMap.from([
    [":method", "GET"],
    [":scheme", "https"],
    [":authority", "www.example.com"],
    [":path", path],
    ["x-forwarded-proto", "https"],
    ["accept", "*/*"],
    ["user-agent", "bench"],
    ["x-request-id", "b2ae77a2-6e01-4c2d-9c9c-3a4c1f8e5d11"],
    ...headers,
  ]);
}

const SHAPES: readonly Shape[] = [
  {
    name: "exact path",
    route: (at) => cluster({ path: `/api/v1/resource-${at}` }),
    request: (at) => get(`/api/v1/resource-${at}?page=2`),
  },
  {
    name: "prefix",
    route: (at) => cluster({ prefix: `/api/v1/resource-${at}/` }),
    request: (at) => get(`/api/v1/resource-${at}/items/7?page=2`),
  },
  {
    name: "one prefix, headers differ",
    route: (at) => cluster({ prefix: "/api/", headers: [{ name: "x-tenant", stringMatch: { exact: `t${at}` } }] }),
    request: (at) => get("/api/items/7?page=2", [["x-tenant", `t${at}`]]),
  },
  {
    name: "prefix, one in ten a regex",
    route: (at) =>
      at % 10 === 0
        ? cluster({ safeRegex: { regex: `/api/v1/resource-${at}/[a-z]+/[0-9]+` } })
        : cluster({ prefix: `/api/v1/resource-${at}/` }),
    request: (at) => get(`/api/v1/resource-${at}/items/7?page=2`),
  },
];

interface Case {
  readonly group: string;
  readonly name: string;
  readonly metric: string;
  readonly table: RouteTable;
  readonly requests: readonly HeaderMap[];
}

function compile(shape: Shape, size: number): RouteTable {
  const routes = Array.from({ length: size }, (_, at) => shape.route(at));
  const table = compileRouteTable(
    { virtualHosts: [{ name: "v", domains: ["www.example.com"], routes }] },
    {
      path: ConfigPath.root,
      diagnostics: new DiagnosticCollector(),
      clusters: { has: () => true },
      compileRouteConfig: withoutFilterConfigs,
    },
  );
  if (table === undefined) throw new Error(`${shape.name} does not compile`);
  return table;
}

/** Where in a table of a size a hit falls; `none` is past its end. Aligned, so that all sizes have the same share of regexes. */
const HITS: Readonly<Record<string, (size: number, sample: number) => number>> = {
  first: (_size, sample) => sample % 4,
  middle: (size, sample) => Math.floor(size / 20) * 10 + (sample % 4),
  last: (size, sample) => size - 10 + (sample % 4),
  none: (size, sample) => size + (sample % 4),
};

function casesOf(shape: Shape, size: number): Case[] {
  const table = compile(shape, size);
  return Object.entries(HITS).map(([hit, position]) => ({
    group: `routes, ${shape.name}`,
    name: `${size} routes`,
    metric: `match, ${hit}`,
    table,
    requests: Array.from({ length: SPREAD }, (_, sample) => shape.request(position(size, sample))),
  }));
}

function nanosecondsPerMatch({ table, requests }: Case): number {
  let hits = 0;
  const startMs = performance.now();
  for (let at = 0; at < MATCHES; at++) {
    const request = requests[at % SPREAD];
    if (request !== undefined && table.match(request, { random: 0n }).kind === "route") hits += 1;
  }
  const tookMs = performance.now() - startMs;
  if (hits !== 0 && hits !== MATCHES) throw new Error("a case either hits or misses");
  return (tookMs * 1e6) / MATCHES;
}

/** How many routes were looked at, the most over the requests of a case. */
function mostCandidates({ table, requests }: Case): number {
  const trace: MatchTrace = { virtualHostName: undefined, candidatesExamined: 0 };
  return Math.max(
    ...requests.map((request) => {
      table.match(request, { random: 0n }, trace);
      return trace.candidatesExamined;
    }),
  );
}

/** Rows for every shape, size and kind of hit; sizes are compared with the smallest. */
export async function benchRouteMatch(): Promise<readonly BenchRow[]> {
  const cases = SHAPES.flatMap((shape) => SIZES.flatMap((size) => casesOf(shape, size)));
  const best = new Map<Case, number>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const each of cases) best.set(each, Math.min(best.get(each) ?? Infinity, nanosecondsPerMatch(each)));
  }
  return cases.flatMap((each) => {
    const { group, name, metric } = each;
    const cost = { group, name, metric, value: best.get(each) ?? 0, unit: "ns", ratioTo: `${SIZES[0]} routes` };
    const candidates = { group, name, metric: `${metric}: candidates`, value: mostCandidates(each), unit: "routes" };
    return [cost, candidates];
  });
}
