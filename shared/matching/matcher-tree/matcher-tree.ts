import type { ConfigPath } from "../../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../../diagnostics/diagnostic.ts";
import type { AnyMessage } from "../../schema/envoy-types.ts";

/**
 * A compiled `xds.type.matcher.v3.Matcher`: the action that the data leads to, `undefined` for none. What the data is and what the
 * actions are is up to who compiles it: a route table, a listener, a filter.
 */
export type MatcherTree<Data, Action> = (data: Data) => Action | undefined;

/** The text that a matcher looks at; `undefined` where the data has none. */
export type MatchInput<Data> = (data: Data) => string | undefined;

/** What a tree is compiled with. Both functions give `undefined` after reporting why. */
export interface MatcherTreeContext<Data, Action> {
  readonly diagnostics: DiagnosticSink;
  /** `path` is that of the input's `typed_config`. */
  compileInput(config: AnyMessage, path: ConfigPath): MatchInput<Data> | undefined;
  /** `path` is that of the action's `typed_config`. */
  compileAction(config: AnyMessage, path: ConfigPath): Action | undefined;
}

/** What stands behind the first `/` of a type URL. */
export function typeNameOf(config: AnyMessage | undefined): string {
  return config?.["@type"].replace(/^.*\//, "") ?? "";
}
