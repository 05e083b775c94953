import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { type CompileForEdgeOptions, compileForEdge } from "./compile-for-edge.ts";

export const BUILD_USAGE = `usage: nuncio build -c FILE -o OUT [--lenient] [--allow-inline-secrets]

Checks a configuration for the edge and writes it as the Worker reads it.
  -c, --config-path FILE  bootstrap as .yaml, .json or .pb
  -o, --output OUT        where to write
  --lenient               accept unsupported fields without effect
  --allow-inline-secrets  let private keys that stand in the file into the Worker's bundle`;

interface BuildOptions extends CompileForEdgeOptions {
  readonly output: string;
}

/** `nuncio build`: exit code 0 when the output was written, else 1; a refused configuration leaves the old output alone. */
export async function runBuild(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === undefined) {
    console.error(BUILD_USAGE);
    return 1;
  }
  const compiled = await compileForEdge(options);
  if (compiled === undefined) {
    console.error(`nuncio build: ${options.file} was refused, nothing written`);
    return 1;
  }
  return write(options.output, compiled);
}

async function write(output: string, compiled: string): Promise<number> {
  try {
    await mkdir(dirname(output), { recursive: true });
    await writeFile(output, compiled);
    return 0;
  } catch (error) {
    console.error(`nuncio build: cannot write ${output}: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

function parseOptions(args: readonly string[]): BuildOptions | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        "config-path": { type: "string", short: "c" },
        output: { type: "string", short: "o" },
        lenient: { type: "boolean", default: false },
        "allow-inline-secrets": { type: "boolean", default: false },
      },
    });
    const { "config-path": file, output, lenient, "allow-inline-secrets": allowInlineSecrets } = values;
    if (file === undefined || output === undefined) return undefined;
    return { file, output, lenient, allowInlineSecrets };
  } catch (error) {
    console.error(`nuncio build: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
