import type { ConfigPath } from "../../diagnostics/config-path.ts";
import type { MatcherMatcherMatcherTreeMatchMap, MatcherMatcherOnMatch } from "../../schema/envoy-types.ts";
import { toByteString } from "../byte-string.ts";
import type { MatcherTree } from "./matcher-tree.ts";

/** Finds what the text of an input leads to, and asks the data further down where it leads to another matcher. */
export type ValueMap<Data, Action> = (value: string, data: Data) => Action | undefined;

/** Compiles what a match leads to; nothing after reporting why. */
export type CompileOnMatch<Data, Action> = (
  config: MatcherMatcherOnMatch,
  path: ConfigPath,
) => MatcherTree<Data, Action> | undefined;

/** Compiles an `exact_match_map`; nothing after reporting why. */
export function compileExactMap<Data, Action>(
  config: MatcherMatcherMatcherTreeMatchMap,
  path: ConfigPath,
  onMatch: CompileOnMatch<Data, Action>,
): ValueMap<Data, Action> | undefined {
  const byValue = compileEntries(config, path, onMatch);
  return byValue && ((value, data) => byValue.get(value)?.(data));
}

/** Compiles a `prefix_match_map`, of which the longest prefix counts that leads to an action; nothing after reporting why. */
export function compilePrefixMap<Data, Action>(
  config: MatcherMatcherMatcherTreeMatchMap,
  path: ConfigPath,
  onMatch: CompileOnMatch<Data, Action>,
): ValueMap<Data, Action> | undefined {
  const byPrefix = compileEntries(config, path, onMatch);
  if (byPrefix === undefined) return undefined;
  const lengths = [...new Set([...byPrefix.keys()].map((prefix) => prefix.length))].toSorted((a, b) => b - a);
  return (value, data) => {
    for (const length of lengths) {
      const action = length > value.length ? undefined : byPrefix.get(value.slice(0, length))?.(data);
      if (action !== undefined) return action;
    }
    return undefined;
  };
}

function compileEntries<Data, Action>(
  { map = {} }: MatcherMatcherMatcherTreeMatchMap,
  path: ConfigPath,
  onMatch: CompileOnMatch<Data, Action>,
): ReadonlyMap<string, MatcherTree<Data, Action>> | undefined {
  const entries = new Map<string, MatcherTree<Data, Action>>();
  let complete = true;
  for (const [value, config] of Object.entries(map)) {
    const compiled = onMatch(config, path.field("map").key(value));
    if (compiled === undefined) complete = false;
    else entries.set(toByteString(value), compiled);
  }
  return complete ? entries : undefined;
}
