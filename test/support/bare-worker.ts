import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CONFIG_MODULE, workerBundle } from "../../l4-node/cli/worker-bundle.ts";
import { runNuncio } from "./nuncio-process.ts";
import { WorkerdProcess } from "./workerd-process.ts";

/** The Worker on workerd with nothing in front of it, running a configuration file as `nuncio build` compiles it. */
export async function startBareWorker(config: string, options?: { quiet?: boolean }): Promise<WorkerdProcess> {
  const compiled = join(await mkdtemp(join(tmpdir(), "nuncio-build-")), CONFIG_MODULE);
  const built = await runNuncio(["build", "-c", config, "-o", compiled]);
  if (built.code !== 0) throw new Error(`nuncio build failed:\n${built.output}`);
  const modules = [
    { name: "index.js", kind: "esModule", source: await workerBundle() },
    { name: CONFIG_MODULE, kind: "text", source: await readFile(compiled, "utf8") },
  ] as const;
  return WorkerdProcess.start(modules, options);
}
