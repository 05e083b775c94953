import { readFileSync } from "node:fs";
import { err, ok, type Result } from "../../shared/base/result.ts";
import type { DataReader } from "../../shared/config/inline-data-sources.ts";

/** Reads what a configuration names from this machine; file names are relative to the working directory, as in Envoy. */
export const dataReader: DataReader = {
  file(path): Result<string, string> {
    try {
      return ok(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readFileSync(path)));
    } catch (error) {
      return err(`cannot read ${path} as UTF-8 text: ${error instanceof Error ? error.message : String(error)}`);
    }
  },
  environmentVariable(name): Result<string, string> {
    const value = process.env[name];
    return value === undefined ? err(`environment variable ${name} is not set`) : ok(value);
  },
};
