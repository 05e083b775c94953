import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { Target } from "../host/capabilities.ts";
import { visitMessages } from "../schema/visit.ts";
import { type FieldSupport, type MessageSupport, NOT_IMPLEMENTED } from "./support.ts";

export interface SupportCheckOptions {
  readonly target: Target;
  readonly tables: readonly MessageSupport[];
  /** Turns what is unsupported from an error into a warning: the field is then without effect, and said to be. */
  readonly lenient: boolean;
  /** Full name of the root message. Default: Envoy's bootstrap. */
  readonly message?: string;
}

/** How many set fields fell into each kind; the closing line of `nuncio validate`. */
export type SupportReport = Readonly<Record<FieldSupport["kind"], number>>;

/** Asks the support tables about every field that a configuration sets, and reports each that is not simply supported. */
export function checkSupport(json: unknown, options: SupportCheckOptions, diagnostics: DiagnosticSink): SupportReport {
  const { target, lenient, message = "envoy.config.bootstrap.v3.Bootstrap" } = options;
  const tables = new Map(options.tables.map((table) => [table.message, table]));
  const report = { supported: 0, approximated: 0, ignored: 0, unsupported: 0 };

  const say = (said: FieldSupport, what: string, path: ConfigPath): void => {
    report[said.kind] += 1;
    if (said.kind === "approximated") diagnostics.warning(path, "support.approximated", `${what}: ${said.how}`);
    if (said.kind === "ignored") diagnostics.warning(path, "support.ignored", `${what} has no effect: ${said.why}`);
    if (said.kind !== "unsupported") return;
    const text = `${what} is not supported on ${target}: ${said.why}`;
    if (lenient) diagnostics.warning(path, "support.unsupported", text, "accepted without effect because of --lenient");
    else diagnostics.error(path, "support.unsupported", text);
  };

  visitMessages(json, message, {
    message(type, path) {
      if (tables.has(type)) return true;
      say(NOT_IMPLEMENTED, type, path);
      return false;
    },
    field(type, name, _value, path) {
      const said = tables.get(type)?.fields[name]?.[target] ?? NOT_IMPLEMENTED;
      say(said, `${type.slice(type.lastIndexOf(".") + 1)}.${name}`, path);
      // What has no effect is not judged any deeper.
      return said.kind === "supported" || (said.kind === "approximated" && said.asWhole !== true);
    },
  });
  return report;
}
