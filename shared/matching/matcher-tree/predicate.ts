import type { ConfigPath } from "../../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../../diagnostics/diagnostic.ts";
import { xxHash64 } from "../../hash/xx-hash-64.ts";
import { compileCidrSet } from "../../net/cidr.ts";
import type {
  AnyMessage,
  ConsistentHashing,
  Ip,
  MatcherMatcherMatcherListPredicate,
  MatcherMatcherMatcherListPredicatePredicateList,
  MatcherMatcherMatcherListPredicateSinglePredicate,
} from "../../schema/envoy-types.ts";
import { compileStringMatcher, type StringPredicate } from "../string-matcher.ts";
import { type MatchInput, type MatcherTreeContext, typeNameOf } from "./matcher-tree.ts";

type Predicate<Data> = (data: Data) => boolean;
type InputContext<Data> = Pick<MatcherTreeContext<Data, unknown>, "diagnostics" | "compileInput">;

/** Compiles a predicate of a `matcher_list`; nothing after reporting why. What an input does not have matches nothing. */
export function compilePredicate<Data>(
  config: MatcherMatcherMatcherListPredicate,
  path: ConfigPath,
  context: InputContext<Data>,
): Predicate<Data> | undefined {
  const { singlePredicate, orMatcher, andMatcher, notMatcher } = config;
  if (singlePredicate !== undefined) return compileSingle(singlePredicate, path.field("singlePredicate"), context);
  if (orMatcher !== undefined) {
    const any = compileAll(orMatcher, path.field("orMatcher"), context);
    return any && ((data) => any.some((holds) => holds(data)));
  }
  if (andMatcher !== undefined) {
    const all = compileAll(andMatcher, path.field("andMatcher"), context);
    return all && ((data) => all.every((holds) => holds(data)));
  }
  if (notMatcher === undefined) {
    context.diagnostics.error(path, "config.oneof", "expected a predicate, got none");
    return undefined;
  }
  const holds = compilePredicate(notMatcher, path.field("notMatcher"), context);
  return holds && ((data) => !holds(data));
}

function compileAll<Data>(
  { predicate = [] }: MatcherMatcherMatcherListPredicatePredicateList,
  path: ConfigPath,
  context: InputContext<Data>,
): Predicate<Data>[] | undefined {
  const compiled = predicate
    .map((part, at) => compilePredicate(part, path.field("predicate").index(at), context))
    .filter((part) => part !== undefined);
  return compiled.length === predicate.length ? compiled : undefined;
}

function compileSingle<Data>(
  { input, valueMatch, customMatch }: MatcherMatcherMatcherListPredicateSinglePredicate,
  path: ConfigPath,
  context: InputContext<Data>,
): Predicate<Data> | undefined {
  const { diagnostics } = context;
  const config = input?.typedConfig;
  const valueOf = config && context.compileInput(config, path.field("input").field("typedConfig"));
  const matches =
    valueMatch === undefined
      ? compileCustom(customMatch?.typedConfig, path.field("customMatch").field("typedConfig"), diagnostics)
      : compileStringMatcher(valueMatch, path.field("valueMatch"), diagnostics);
  return valueOf && matches && onValue(valueOf, matches);
}

function onValue<Data>(valueOf: MatchInput<Data>, matches: StringPredicate): Predicate<Data> {
  return (data) => {
    const value = valueOf(data);
    return value !== undefined && matches(value);
  };
}

const INPUT_MATCHERS = "envoy.extensions.matching.input_matchers";

function compileCustom(
  config: AnyMessage | undefined,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): StringPredicate | undefined {
  // The type URL says which message it is; the loader has checked it.
  const message = config as never;
  switch (typeNameOf(config)) {
    case `${INPUT_MATCHERS}.ip.v3.Ip`:
      return inRanges(message, path, diagnostics);
    case `${INPUT_MATCHERS}.consistent_hashing.v3.ConsistentHashing`:
      return inShare(message);
    default:
      diagnostics.error(path, "config.unsupported", `the matcher ${typeNameOf(config)} is not implemented`);
      return undefined;
  }
}

function inRanges({ cidrRanges = [] }: Ip, path: ConfigPath, diagnostics: DiagnosticSink): StringPredicate {
  return compileCidrSet(cidrRanges, path.field("cidrRanges"), diagnostics);
}

/** The upper part of the hash's range, from the threshold on. */
function inShare({ threshold = 0, modulo = 1, seed = "0" }: ConsistentHashing): StringPredicate {
  const seedValue = BigInt(seed);
  const from = BigInt(threshold);
  const whole = BigInt(modulo);
  return (value) => xxHash64(value, seedValue) % whole >= from;
}
