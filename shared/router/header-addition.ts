import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import { compileFormat } from "../formatter/compile-format.ts";
import type { FormatContext } from "../formatter/format-context.ts";
import type { HeaderMap } from "../http/header-map.ts";
import type { HeaderValueOption, HeaderValueOptionHeaderAppendAction } from "../schema/envoy-types.ts";

/** A compiled `envoy.config.core.v3.HeaderValueOption`. Immutable. */
export interface HeaderAddition {
  /** In lower case. */
  readonly name: string;
  readonly action: HeaderValueOptionHeaderAppendAction;
  /** The value to write; `undefined` where nothing is to be written, given the headers as they are. */
  valueFor(headers: HeaderMap, context: FormatContext): string | undefined;
  /** Writes a value that {@link valueFor} gave. */
  write(headers: HeaderMap, value: string): void;
  /** Both in one step. */
  apply(headers: HeaderMap, context: FormatContext): void;
}

/**
 * Compiles one header to add; nothing after reporting why. Pseudo headers and `host` are refused, as Envoy does: a route has
 * fields of its own for them. `raw_value` has no effect, as in Envoy. Source: Envoy `Router::HeadersToAddEntry`.
 */
export function compileHeaderAddition(
  config: HeaderValueOption,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): HeaderAddition | undefined {
  const { key = "", value = "" } = config.header ?? {};
  const name = key.toLowerCase();
  if (!isModifiableHeader(name)) {
    diagnostics.error(path.field("header"), "config.header", ":-prefixed or host headers may not be modified");
    return undefined;
  }
  if (config.append !== undefined && config.appendAction !== undefined) {
    const message = "Both append and append_action are set and it's not allowed";
    diagnostics.error(path, "config.header", message);
    return undefined;
  }
  const format = compileFormat(value, path.field("header").field("value"), diagnostics, "");
  if (format === undefined) return undefined;
  const action = actionOf(config);
  const keepsEmpty = config.keepEmptyValue ?? false;
  const valueFor = (headers: HeaderMap, context: FormatContext): string | undefined => {
    if (!isWanted(action, headers.has(name))) return undefined;
    const formatted = format(context);
    return formatted === "" && !keepsEmpty ? undefined : formatted;
  };
  const write = WRITERS[action](name);
  const apply = (headers: HeaderMap, context: FormatContext): void => {
    const formatted = valueFor(headers, context);
    if (formatted !== undefined) write(headers, formatted);
  };
  return { name, action, valueFor, write, apply };
}

/** Whether configuration may change a header by its name: neither pseudo headers nor `host`. */
export function isModifiableHeader(name: string): boolean {
  return !name.startsWith(":") && name.toLowerCase() !== "host";
}

/** Whether it takes the place of what is there. */
export function overwrites({ action }: HeaderAddition): boolean {
  return action === "OVERWRITE_IF_EXISTS" || action === "OVERWRITE_IF_EXISTS_OR_ADD";
}

/** The deprecated `append` says the same with fewer choices. */
function actionOf({ append, appendAction }: HeaderValueOption): HeaderValueOptionHeaderAppendAction {
  if (append === false) return "OVERWRITE_IF_EXISTS_OR_ADD";
  return appendAction ?? "APPEND_IF_EXISTS_OR_ADD";
}

function isWanted(action: HeaderValueOptionHeaderAppendAction, exists: boolean): boolean {
  if (action === "ADD_IF_ABSENT") return !exists;
  return action !== "OVERWRITE_IF_EXISTS" || exists;
}

type Writer = (name: string) => HeaderAddition["write"];

const add: Writer = (name) => {
  return (headers, value) => headers.add(name, value);
};
const overwrite: Writer = (name) => {
  return (headers, value) => headers.set(name, value);
};

const WRITERS: Readonly<Record<HeaderValueOptionHeaderAppendAction, Writer>> = {
  APPEND_IF_EXISTS_OR_ADD: add,
  ADD_IF_ABSENT: add,
  OVERWRITE_IF_EXISTS: overwrite,
  OVERWRITE_IF_EXISTS_OR_ADD: overwrite,
};
