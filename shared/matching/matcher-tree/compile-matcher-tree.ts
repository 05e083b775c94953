import type { ConfigPath } from "../../diagnostics/config-path.ts";
import type {
  MatcherMatcher,
  MatcherMatcherMatcherList,
  MatcherMatcherMatcherTree,
  MatcherMatcherOnMatch,
} from "../../schema/envoy-types.ts";
import { compileDomainMap } from "./domain-map.ts";
import { compileIpMap } from "./ip-map.ts";
import type { MatcherTree, MatcherTreeContext } from "./matcher-tree.ts";
import { compilePredicate } from "./predicate.ts";
import { compileExactMap, compilePrefixMap, type ValueMap } from "./text-maps.ts";

/**
 * Compiles an `xds.type.matcher.v3.Matcher`; nothing after reporting why. A matcher below another one that comes to nothing
 * counts as no match: what would have been tried next is tried, and `on_no_match` comes last. `keep_matching` is refused, as
 * Envoy refuses it in route tables.
 */
export function compileMatcherTree<Data, Action>(
  config: MatcherMatcher,
  path: ConfigPath,
  context: MatcherTreeContext<Data, Action>,
): MatcherTree<Data, Action> | undefined {
  const { matcherList, matcherTree, onNoMatch } = config;
  const otherwise = onNoMatch && compileOnMatch(onNoMatch, path.field("onNoMatch"), context);
  const matches = compileMatches(matcherList, matcherTree, path, context);
  if (matches === undefined || (onNoMatch !== undefined && otherwise === undefined)) return undefined;
  return otherwise === undefined ? matches : (data) => matches(data) ?? otherwise(data);
}

function compileMatches<Data, Action>(
  list: MatcherMatcherMatcherList | undefined,
  tree: MatcherMatcherMatcherTree | undefined,
  path: ConfigPath,
  context: MatcherTreeContext<Data, Action>,
): MatcherTree<Data, Action> | undefined {
  if (list !== undefined) return compileList(list, path.field("matcherList").field("matchers"), context);
  if (tree !== undefined) return compileTree(tree, path.field("matcherTree"), context);
  return () => undefined;
}

/** What a match leads to: an action, or another matcher. */
function compileOnMatch<Data, Action>(
  { matcher, action, keepMatching = false }: MatcherMatcherOnMatch,
  path: ConfigPath,
  context: MatcherTreeContext<Data, Action>,
): MatcherTree<Data, Action> | undefined {
  if (keepMatching) {
    context.diagnostics.error(path, "config.unsupported", "keep_matching is not supported in this context");
    return undefined;
  }
  if (matcher !== undefined) return compileMatcherTree(matcher, path.field("matcher"), context);
  if (action?.typedConfig === undefined) {
    context.diagnostics.error(path, "config.required", "expected one of matcher, action, got none");
    return undefined;
  }
  const compiled = context.compileAction(action.typedConfig, path.field("action").field("typedConfig"));
  return compiled === undefined ? undefined : () => compiled;
}

function compileList<Data, Action>(
  { matchers = [] }: MatcherMatcherMatcherList,
  path: ConfigPath,
  context: MatcherTreeContext<Data, Action>,
): MatcherTree<Data, Action> | undefined {
  const entries = matchers.flatMap(({ predicate = {}, onMatch = {} }, at) => {
    const holds = compilePredicate(predicate, path.index(at).field("predicate"), context);
    const leadsTo = compileOnMatch(onMatch, path.index(at).field("onMatch"), context);
    return holds === undefined || leadsTo === undefined ? [] : [{ holds, leadsTo }];
  });
  if (entries.length < matchers.length) return undefined;
  return (data) => {
    for (const { holds, leadsTo } of entries) {
      const action = holds(data) ? leadsTo(data) : undefined;
      if (action !== undefined) return action;
    }
    return undefined;
  };
}

function compileTree<Data, Action>(
  config: MatcherMatcherMatcherTree,
  path: ConfigPath,
  context: MatcherTreeContext<Data, Action>,
): MatcherTree<Data, Action> | undefined {
  const inputConfig = config.input?.typedConfig;
  const input = inputConfig && context.compileInput(inputConfig, path.field("input").field("typedConfig"));
  const find = compileMap(config, path, context);
  if (input === undefined || find === undefined) return undefined;
  return (data) => {
    const value = input(data);
    return value === undefined ? undefined : find(value, data);
  };
}

function compileMap<Data, Action>(
  { exactMatchMap, prefixMatchMap, customMatch }: MatcherMatcherMatcherTree,
  path: ConfigPath,
  context: MatcherTreeContext<Data, Action>,
): ValueMap<Data, Action> | undefined {
  const onMatch = (config: MatcherMatcherOnMatch, at: ConfigPath): MatcherTree<Data, Action> | undefined =>
    compileOnMatch(config, at, context);
  if (exactMatchMap !== undefined) return compileExactMap(exactMatchMap, path.field("exactMatchMap"), onMatch);
  if (prefixMatchMap !== undefined) return compilePrefixMap(prefixMatchMap, path.field("prefixMatchMap"), onMatch);
  const customPath = path.field("customMatch").field("typedConfig");
  const { diagnostics } = context;
  // The type URL says which message it is; the loader has checked it.
  const custom = customMatch?.typedConfig as never;
  switch (customMatch?.typedConfig?.["@type"]) {
    case "type.googleapis.com/xds.type.matcher.v3.IPMatcher":
      return compileIpMap(custom, customPath, onMatch, diagnostics);
    case "type.googleapis.com/xds.type.matcher.v3.ServerNameMatcher":
      return compileDomainMap(custom, customPath, onMatch, diagnostics);
    default: {
      const message =
        "expected exact_match_map, prefix_match_map, or a custom_match of the type IPMatcher or ServerNameMatcher";
      diagnostics.error(path, "config.unsupported", message);
      return undefined;
    }
  }
}
