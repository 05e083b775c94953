import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { FormatContext } from "../formatter/format-context.ts";
import type { HeaderMap } from "../http/header-map.ts";
import { compileStringMatcher } from "../matching/string-matcher.ts";
import type { HeaderMutation } from "../schema/envoy-types.ts";
import { compileHeaderAddition, isModifiableHeader } from "./header-addition.ts";

/** One change to one of the maps of the context. */
export type Mutate = (headers: HeaderMap, context: FormatContext) => void;

/**
 * Compiles a list of `envoy.config.common.mutation_rules.v3.HeaderMutation`: in declared order, each one seeing what those before
 * it did; a route's own header lists work differently. Problems are reported, and what they concern is left out; an empty list
 * is `undefined`.
 */
export function compileMutationList(
  list: readonly HeaderMutation[],
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): Mutate | undefined {
  const mutations = list
    .map((mutation, position) => compileMutation(mutation, path.index(position), diagnostics))
    .filter((mutate) => mutate !== undefined);
  if (mutations.length === 0) return undefined;
  return (headers, context) => {
    for (const mutate of mutations) mutate(headers, context);
  };
}

function compileMutation(config: HeaderMutation, path: ConfigPath, diagnostics: DiagnosticSink): Mutate | undefined {
  const { remove, append, removeOnMatch } = config;
  if (remove !== undefined) return compileRemoval(remove.toLowerCase(), path.field("remove"), diagnostics);
  if (append !== undefined) {
    const addition = compileHeaderAddition(append, path.field("append"), diagnostics);
    return addition && ((headers, context) => addition.apply(headers, context));
  }
  const matcherPath = path.field("removeOnMatch").field("keyMatcher");
  const matches = compileStringMatcher(removeOnMatch?.keyMatcher ?? {}, matcherPath, diagnostics);
  return matches && ((headers) => headers.removeIf((name) => isModifiableHeader(name) && matches(name)));
}

/** Envoy takes a removal of `:path` or `host` and then fails every request; here it is refused. */
function compileRemoval(name: string, path: ConfigPath, diagnostics: DiagnosticSink): Mutate | undefined {
  if (!isModifiableHeader(name)) {
    diagnostics.error(path, "config.header", ":-prefixed or host headers may not be removed");
    return undefined;
  }
  return (headers) => {
    headers.remove(name);
  };
}
