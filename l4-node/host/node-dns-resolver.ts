import { lookup, Resolver } from "node:dns/promises";
import { err, ok, type Result } from "../../shared/base/result.ts";
import type { DnsAnswer, DnsLookupFamily, DnsResolver } from "../../shared/host/dns-resolver.ts";

type Family = 4 | 6;

/** What one query of one family gave. `missing`: the name or the record does not exist. */
type FamilyAnswer =
  | { readonly kind: "answer"; readonly addresses: readonly string[]; readonly ttlSeconds?: number }
  | { readonly kind: "missing" }
  | { readonly kind: "failed"; readonly reason: string };

/** How names are asked for; tests put their own in. */
export interface DnsQueries {
  /** Name servers only, with the time to live. */
  query(name: string, family: Family): Promise<readonly { readonly address: string; readonly ttl: number }[]>;
  /** The system's way, which reads the hosts file; no time to live. */
  lookup(name: string, family: Family): Promise<readonly string[]>;
}

/** c-ares codes for "there is no such name or record". As in Envoy that is an empty answer and not a failure. */
const MISSING: ReadonlySet<string> = new Set(["ENODATA", "ENOTFOUND"]);

/**
 * Names through the system's name servers, which tell a time to live; where those know nothing, through the hosts file, so that
 * `localhost` works as it does with c-ares. Families as in `Cluster.dns_lookup_family`.
 */
export function createNodeDnsResolver(queries: DnsQueries = systemQueries()): DnsResolver {
  const ask = (name: string, family: Family): Promise<FamilyAnswer> => askFamily(queries, name, family);
  return {
    resolve: async (name, family) => {
      if (family === "ALL") return combined(await Promise.all([ask(name, 6), ask(name, 4)]));
      const [first, second] = familyOrder(family);
      const preferred = await ask(name, first);
      if (second === undefined || hasAddresses(preferred)) return combined([preferred]);
      return combined([preferred, await ask(name, second)]);
    },
  };
}

function systemQueries(): DnsQueries {
  const resolver = new Resolver({ timeout: 5000, tries: 2 });
  return {
    query: (name, family) => {
      return family === 4 ? resolver.resolve4(name, { ttl: true }) : resolver.resolve6(name, { ttl: true });
    },
    lookup: async (name, family) => (await lookup(name, { family, all: true })).map(({ address }) => address),
  };
}

function familyOrder(family: Exclude<DnsLookupFamily, "ALL">): readonly [Family, Family?] {
  switch (family) {
    case "AUTO":
      return [6, 4];
    case "V4_PREFERRED":
      return [4, 6];
    case "V4_ONLY":
      return [4];
    case "V6_ONLY":
      return [6];
  }
}

async function askFamily(queries: DnsQueries, name: string, family: Family): Promise<FamilyAnswer> {
  // RFC 6761 section 6.4: nothing below this name exists, and no name server needs to be asked.
  if (/(^|\.)invalid\.?$/i.test(name)) return { kind: "missing" };
  // The hosts file comes first for names without a dot: a name server has no business with `localhost`.
  if (!name.includes(".")) return askSystem(queries, name, family);
  try {
    const records = await queries.query(name, family);
    const ttlSeconds = Math.min(...records.map(({ ttl }) => ttl));
    return { kind: "answer", addresses: records.map(({ address }) => address), ttlSeconds };
  } catch (error) {
    const fromSystem = await askSystem(queries, name, family);
    if (fromSystem.kind === "answer" || MISSING.has(codeOf(error))) return fromSystem;
    return { kind: "failed", reason: codeOf(error) };
  }
}

async function askSystem(queries: DnsQueries, name: string, family: Family): Promise<FamilyAnswer> {
  try {
    return { kind: "answer", addresses: await queries.lookup(name, family) };
  } catch (error) {
    return MISSING.has(codeOf(error)) ? { kind: "missing" } : { kind: "failed", reason: codeOf(error) };
  }
}

function combined(answers: readonly FamilyAnswer[]): Result<DnsAnswer, string> {
  const found = answers.filter((answer) => answer.kind === "answer");
  const failed = answers.find((answer) => answer.kind === "failed");
  if (found.length === 0 && failed !== undefined) return err(failed.reason);
  const addresses = found.flatMap((answer) => answer.addresses);
  const ttls = found.flatMap(({ ttlSeconds }) => (ttlSeconds === undefined ? [] : [ttlSeconds]));
  return ok(ttls.length === 0 ? { addresses } : { addresses, ttlSeconds: Math.min(...ttls) });
}

function hasAddresses(answer: FamilyAnswer): boolean {
  return answer.kind === "answer" && answer.addresses.length > 0;
}

function codeOf(error: unknown): string {
  // Errors of node:dns carry the c-ares code; anything else is a bug that its message describes better.
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
