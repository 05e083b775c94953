import type { Result } from "../base/result.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { DataSource } from "../schema/envoy-types.ts";
import { visitMessages } from "../schema/visit.ts";

/** How a host reads what a configuration only names. Errors are readable reasons. */
export interface DataReader {
  file(path: string): Result<string, string>;
  environmentVariable(name: string): Result<string, string>;
}

/** The `DataSource` fields whose content belongs to the configuration itself. Keys and certificates stay files: they rotate. */
const INLINED: ReadonlySet<string> = new Set([
  "envoy.config.route.v3.DirectResponseAction.body",
  "envoy.config.core.v3.SubstitutionFormatString.textFormatSource",
  "envoy.extensions.filters.network.http_connection_manager.v3.ResponseMapper.body",
]);

/**
 * Puts the content of files and environment variables in the place of their names, as Envoy reads them when it loads. Changes
 * `json`, which is the loader's own fresh output, in place; what runs afterwards needs no file system.
 */
export function inlineDataSources(json: unknown, reader: DataReader, diagnostics: DiagnosticSink): void {
  visitMessages(json, "envoy.config.bootstrap.v3.Bootstrap", {
    field(message, name, value, path) {
      if (!INLINED.has(`${message}.${name}`)) return true;
      // The field is a DataSource by the set above, and the object is not shared with anyone yet.
      const source = value as { -readonly [Key in keyof DataSource]: DataSource[Key] };
      const content = readContent(source, reader);
      if (content === undefined) return false;
      if (!content.ok) {
        diagnostics.error(path, "config.data_source", content.error);
        return false;
      }
      delete source.filename;
      delete source.environmentVariable;
      source.inlineString = content.value;
      return false;
    },
  });
}

function readContent(source: DataSource, reader: DataReader): Result<string, string> | undefined {
  if (source.filename !== undefined) return reader.file(source.filename);
  if (source.environmentVariable !== undefined) return reader.environmentVariable(source.environmentVariable);
  return undefined;
}
