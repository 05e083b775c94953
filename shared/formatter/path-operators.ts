import { ok } from "../base/result.ts";
import { toByteString } from "../matching/byte-string.ts";
import { queryParameter } from "../matching/query-matcher.ts";
import type { FormatContext } from "./format-context.ts";
import { type CompiledOperator, misused, type OperatorTable } from "./operator-spec.ts";

const ORIGINAL_PATH = "x-envoy-original-path";

type PathOf = (context: FormatContext) => string | undefined;

/** `ORIG` is the path before it was rewritten, and missing where it was not. */
const PATHS: ReadonlyMap<string, PathOf> = new Map<string, PathOf>([
  ["ORIG", original],
  ["PATH", current],
  ["ORIG_OR_PATH", originalOrCurrent],
]);

/** Operators that print the path and parts of it. */
export const PATH_OPERATORS: OperatorTable = {
  PATH: { argument: "optional", length: true, compile: compilePath },
  QUERY_PARAM: { argument: "required", length: true, compile: compileQueryParameter },
  QUERY_PARAMS: { argument: "optional", length: true, compile: compileQueryParameters },
};

function original({ requestHeaders }: FormatContext): string | undefined {
  return requestHeaders?.get(ORIGINAL_PATH);
}

function current({ requestHeaders }: FormatContext): string | undefined {
  return requestHeaders?.get(":path");
}

function originalOrCurrent(context: FormatContext): string | undefined {
  return original(context) ?? current(context);
}

/** `WQ` with the query, which is the default, or `NQ` without; then which path, `ORIG_OR_PATH` by default. */
function compilePath(argument: string): CompiledOperator {
  const [query = "", which = "ORIG_OR_PATH", ...more] = argument.split(":");
  const pathOf = PATHS.get(which || "ORIG_OR_PATH");
  if (pathOf === undefined || more.length > 0 || !["", "WQ", "NQ"].includes(query)) {
    return misused(`expected WQ or NQ, and ORIG, PATH or ORIG_OR_PATH, for PATH, got ${argument}`);
  }
  return ok(query === "NQ" ? (context) => pathOf(context)?.replace(/\?.*$/s, "") : pathOf);
}

function compileQueryParameter(argument: string): CompiledOperator {
  const name = toByteString(argument);
  return ok((context) => queryParameter(current(context) ?? "", name));
}

/** Envoy 1.39 prints `ORIG` and `DECODED` alike: the query as it came. */
function compileQueryParameters(argument: string): CompiledOperator {
  if (!["", "ORIG", "DECODED"].includes(argument)) {
    return misused(`expected ORIG or DECODED for QUERY_PARAMS, got ${argument}`);
  }
  return ok((context) => /\?(.*)$/s.exec(originalOrCurrent(context) ?? "")?.[1]);
}
