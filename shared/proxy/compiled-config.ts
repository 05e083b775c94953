import { err, ok, type Result } from "../base/result.ts";
import type { Bootstrap } from "../schema/envoy-types.ts";

/** Grows whenever a Worker built before could misread what `nuncio build` writes now. */
export const COMPILED_CONFIG_FORMAT = "nuncio/1";

/** What `nuncio build` writes: a bootstrap that was loaded, checked and found fit for the edge. Plain data. */
export interface CompiledConfig {
  readonly format: typeof COMPILED_CONFIG_FORMAT;
  /** SHA-256 of the canonical bootstrap text, in hex: names this configuration in logs and `/server_info`. */
  readonly hash: string;
  readonly bootstrap: Bootstrap;
  /**
   * The bootstrap as `config_dump` shows it, as JSON text: proto field names, secrets redacted. Text, because it is only parsed
   * when somebody asks.
   */
  readonly dump: string;
}

/** Reads a compiled configuration; refuses anything that this build did not agree to read. */
export function parseCompiledConfig(text: string): Result<CompiledConfig, string> {
  const data = parseJson(text);
  if (!isRecord(data)) return err("the compiled configuration is not a JSON object: run nuncio build again");
  const { format, hash, bootstrap, dump } = data;
  if (format !== COMPILED_CONFIG_FORMAT) {
    const found = JSON.stringify(format) ?? "none";
    return err(`the compiled configuration has format ${found}, this build reads "${COMPILED_CONFIG_FORMAT}"`);
  }
  if (typeof hash !== "string" || !/^[0-9a-f]{64}$/.test(hash))
    return err("the compiled configuration has no valid hash");
  if (!isRecord(bootstrap)) return err("the compiled configuration has no bootstrap");
  if (typeof dump !== "string") return err("the compiled configuration has no dump");
  // The loader checked every field against Envoy's schema before it wrote this.
  return ok({ format, hash, bootstrap, dump });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
