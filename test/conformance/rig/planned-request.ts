import type { HeaderLine } from "./exchange.ts";
import type { Traffic } from "./rig-config.ts";
import { SeededRandom } from "./seeded-random.ts";

/** The header by which a request is found again in what backends and access logs say. */
export const ID_HEADER = "x-rig-id";
/** The header that tells backends what to do; see `ScriptedBackend`. */
export const SCRIPT_HEADER = "x-script";

export interface PlannedRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly HeaderLine[];
  readonly body: string | undefined;
  readonly chunked: boolean;
  /** The whole message, with `$headers` where the header lines go; what else is planned is then not in it. */
  readonly raw?: string;
}

const HOSTILE = [
  "/admin/%2e%2e/x",
  "/a/../admin",
  "/x/%2E%2E/admin",
  "/..",
  "/./x",
  "//x",
  "/x//y",
  "/x\\y",
  "/x%5cy",
  "/x%2fy",
  "/x%00y",
  "/x#frag",
  "/x%",
  "/x%zz",
  "/x?a=%2e%2e/&b=/../",
  "/x y",
  "/x\u00e9",
  "x",
  "*",
  "http://a.example/x",
  "/x;p=1/y",
  "/%61dmin",
  "/ADMIN",
  "/admin/.",
  "/x?",
  "/x??",
  "/x|y",
  "/x[1]",
  '/x"y',
];
const SUFFIXES = ["", "", "", "", "/", "/tail", "tail", "?q=1", "?a=b&c=%20d", "%20", "//"];
const BODY_METHODS = new Set(["POST", "PUT", "PATCH", "DELETE"]);

/** The requests of one configuration: the same for the same seed. */
export function planRequests(name: string, traffic: Traffic, count: number, seed: number): readonly PlannedRequest[] {
  const random = new SeededRandom(seed, name);
  return Array.from({ length: count }, () => planRequest(random, traffic));
}

function planRequest(random: SeededRandom, traffic: Traffic): PlannedRequest {
  if (traffic.raw.length > 0) return planRaw(random.pick(traffic.raw, ""));
  const method = random.pick(traffic.methods, "GET");
  const body = BODY_METHODS.has(method) ? "b".repeat(random.pick(traffic.bodies, 0)) : undefined;
  return {
    method,
    target: planTarget(random, traffic),
    headers: planHeaders(random, traffic),
    body,
    chunked: body !== undefined && random.chance(0.3),
  };
}

function planRaw(raw: string): PlannedRequest {
  const [method = "", target = ""] = raw.split(" ");
  return { method, target, headers: [], body: undefined, chunked: false, raw };
}

function planTarget(random: SeededRandom, traffic: Traffic): string {
  if (traffic.hostile && random.chance(0.5)) return random.pick(HOSTILE, "/");
  const path = random.pick(traffic.paths, "/");
  return traffic.exactPaths ? path : path + random.pick(SUFFIXES, "");
}

function planHeaders(random: SeededRandom, traffic: Traffic): readonly HeaderLine[] {
  const lines: HeaderLine[] = [["host", random.pick(traffic.hosts, "a.example")]];
  for (const [name, values] of Object.entries(traffic.always)) lines.push(...planHeader(random, name, values));
  for (const [name, values] of Object.entries(traffic.headers)) {
    if (random.chance(0.5)) lines.push(...planHeader(random, name, values));
  }
  const script = random.pick(traffic.scripts, "");
  if (script !== "") lines.push([SCRIPT_HEADER, script]);
  return lines;
}

function planHeader(random: SeededRandom, name: string, values: Traffic["headers"][string]): readonly HeaderLine[] {
  const value = random.pick(values, "");
  return (typeof value === "string" ? [value] : value).map((one): HeaderLine => [name, one]);
}
