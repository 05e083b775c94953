import type { ConfigPath } from "../../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../../diagnostics/diagnostic.ts";
import { CidrMap, compileCidrRange } from "../../net/cidr.ts";
import { parseIp } from "../../net/ip-address.ts";
import type { IPMatcher, IPMatcherIPRangeMatcher } from "../../schema/envoy-types.ts";
import type { MatcherTree } from "./matcher-tree.ts";
import type { CompileOnMatch, ValueMap } from "./text-maps.ts";

interface Entry<Data, Action> {
  readonly leadsTo: MatcherTree<Data, Action>;
  /** Counts only where no smaller range holds the address. */
  readonly exclusive: boolean;
}

/**
 * Compiles an `xds.type.matcher.v3.IPMatcher`; nothing after reporting why. The smallest range counts that leads to an action;
 * among equal ones the one declared first. White space around an address is no matter. Source: Envoy 1.39, observed.
 */
export function compileIpMap<Data, Action>(
  { rangeMatchers = [] }: IPMatcher,
  path: ConfigPath,
  onMatch: CompileOnMatch<Data, Action>,
  diagnostics: DiagnosticSink,
): ValueMap<Data, Action> | undefined {
  const map = new CidrMap<Entry<Data, Action>[]>();
  let complete = true;
  for (const [at, matcher] of rangeMatchers.entries()) {
    const rangePath = path.field("rangeMatchers").index(at);
    const leadsTo = onMatch(matcher.onMatch ?? {}, rangePath.field("onMatch"));
    if (leadsTo === undefined) complete = false;
    else addRanges(map, matcher, { leadsTo, exclusive: matcher.exclusive ?? false }, { path: rangePath, diagnostics });
  }
  return complete ? (value, data) => find(map, value, data) : undefined;
}

function addRanges<Data, Action>(
  map: CidrMap<Entry<Data, Action>[]>,
  { ranges = [] }: IPMatcherIPRangeMatcher,
  entry: Entry<Data, Action>,
  { path, diagnostics }: { readonly path: ConfigPath; readonly diagnostics: DiagnosticSink },
): void {
  for (const [at, config] of ranges.entries()) {
    const range = compileCidrRange(config, path.field("ranges").index(at), diagnostics);
    if (range !== undefined) map.set(range, [...(map.get(range) ?? []), entry]);
  }
}

function find<Data, Action>(map: CidrMap<Entry<Data, Action>[]>, value: string, data: Data): Action | undefined {
  const address = parseIp(value.trim());
  if (address === undefined) return undefined;
  for (const [depth, entries] of map.allMatches(address).entries()) {
    for (const { leadsTo, exclusive } of entries) {
      const action = exclusive && depth > 0 ? undefined : leadsTo(data);
      if (action !== undefined) return action;
    }
  }
  return undefined;
}
