import type { ConfigPath } from "../../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../../diagnostics/diagnostic.ts";
import type { ServerNameMatcher } from "../../schema/envoy-types.ts";
import { toByteString } from "../byte-string.ts";
import type { MatcherTree } from "./matcher-tree.ts";
import type { CompileOnMatch, ValueMap } from "./text-maps.ts";

/**
 * Compiles an `xds.type.matcher.v3.ServerNameMatcher`; nothing after reporting why. The exact name is tried first, then wildcards
 * (`*.a.com`, for any number of labels) from the longest to `*`, until one leads to an action. Names are compared as they are.
 */
export function compileDomainMap<Data, Action>(
  { domainMatchers = [] }: ServerNameMatcher,
  path: ConfigPath,
  onMatch: CompileOnMatch<Data, Action>,
  diagnostics: DiagnosticSink,
): ValueMap<Data, Action> | undefined {
  const byDomain = new Map<string, MatcherTree<Data, Action>>();
  let complete = true;
  for (const [at, { domains = [], onMatch: config = {} }] of domainMatchers.entries()) {
    const matcherPath = path.field("domainMatchers").index(at);
    const leadsTo = onMatch(config, matcherPath.field("onMatch"));
    for (const [domainAt, domain] of domains.entries()) {
      const problem = domainProblem(domain, byDomain);
      if (problem === undefined && leadsTo !== undefined) byDomain.set(toByteString(domain), leadsTo);
      else complete = false;
      if (problem !== undefined)
        diagnostics.error(matcherPath.field("domains").index(domainAt), "config.domain", problem);
    }
  }
  return complete ? (value, data) => find(byDomain, value, data) : undefined;
}

function domainProblem(domain: string, known: ReadonlyMap<string, unknown>): string | undefined {
  if (domain === "") return "expected a domain, got none";
  if (known.has(toByteString(domain))) return `the domain "${domain}" is there twice`;
  const rest = domain.startsWith("*.") ? domain.slice(2) : domain;
  return domain !== "*" && rest.includes("*") ? `expected * or *.domain, got "${domain}"` : undefined;
}

function find<Data, Action>(
  byDomain: ReadonlyMap<string, MatcherTree<Data, Action>>,
  name: string,
  data: Data,
): Action | undefined {
  const exact = byDomain.get(name)?.(data);
  if (exact !== undefined) return exact;
  for (let dot = name.indexOf("."); dot >= 0; dot = name.indexOf(".", dot + 1)) {
    const action = byDomain.get(`*${name.slice(dot)}`)?.(data);
    if (action !== undefined) return action;
  }
  return byDomain.get("*")?.(data);
}
