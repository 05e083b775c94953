import { readFileSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const CONFIG = fileURLToPath(new URL("../../config/", import.meta.url));

/** The ports that the samples in config/ name for their backends. */
const SAMPLE_BACKEND_PORTS = [1111, 2222, 3333, 4444];

/**
 * A sample of config/ with nothing changed but addresses: backends at the given ports in the samples' order, listeners and admin
 * at port 0. Gives the file it wrote.
 */
export async function sampleWithPorts(name: string, backendPorts: readonly number[]): Promise<string> {
  return writeConfig(name, sampleText(readFileSync(join(CONFIG, name), "utf8"), backendPorts));
}

/** The text of a sample with the same changes. */
export function sampleText(text: string, backendPorts: readonly number[]): string {
  return text.replaceAll(/port_value: (\d+)/g, (_match, port: string) => {
    const position = SAMPLE_BACKEND_PORTS.indexOf(Number(port));
    return `port_value: ${position < 0 ? 0 : (backendPorts[position] ?? 0)}`;
  });
}

/** Writes a configuration into a folder of its own and gives its path. */
export async function writeConfig(name: string, text: string): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), "nuncio-config-")), name);
  await writeFile(file, text);
  return file;
}
