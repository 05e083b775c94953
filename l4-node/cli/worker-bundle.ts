import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { BuildOptions } from "esbuild";

/** The name under which the Worker imports its configuration; a module of its own, so that a bundle serves any configuration. */
export const CONFIG_MODULE = "compiled-config.txt";

/** Stands beside the compiled command line in the published package. */
const SHIPPED = new URL("../../worker/bundle.js", import.meta.url);
const ENTRY = new URL("../../worker/index.ts", import.meta.url);

/** What the platform itself has. */
const PLATFORM_MODULES = ["cloudflare:sockets"];

/** How the Worker becomes one module. */
export const WORKER_BUILD: BuildOptions & { readonly write: false } = {
  entryPoints: [fileURLToPath(ENTRY)],
  bundle: true,
  write: false,
  format: "esm",
  target: "es2024",
  conditions: ["workerd", "worker", "browser"],
  external: [`./${CONFIG_MODULE}`, ...PLATFORM_MODULES],
};

/**
 * The Worker as one module that imports only {@link CONFIG_MODULE} and what the platform has: the shipped one in the published package, else bundled
 * from the sources.
 */
export async function workerBundle(): Promise<string> {
  if (!import.meta.url.endsWith(".ts")) return readFile(SHIPPED, "utf8");
  const { build } = await import("esbuild");
  const { outputFiles } = await build(WORKER_BUILD);
  return outputFiles[0]?.text ?? "";
}
