import { type ChildProcess, spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const DEADLINE_MS = 60_000;

/** `wrangler dev` on this repository's own wrangler.toml, with another configuration in the place of config/edge.yaml. */
export class WranglerDev {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  static async start(config: string): Promise<WranglerDev> {
    const folder = await checkoutWith(config);
    const child = spawn(
      join(ROOT, "node_modules/.bin/wrangler"),
      ["dev", "--port", "0", "--ip", "127.0.0.1", "--show-interactive-dev-session=false"],
      {
        cwd: folder,
        stdio: ["ignore", "pipe", "pipe"],
        detached: true,
        env: { ...process.env, WRANGLER_SEND_METRICS: "false", CI: "true" },
      },
    );
    return new Promise((resolve, reject) => {
      let output = "";
      const deadline = setTimeout(() => child.kill("SIGKILL"), DEADLINE_MS);
      const collect = (data: Buffer): void => {
        output += data.toString();
        const port = /Ready on http:\/\/127\.0\.0\.1:(\d+)/.exec(output)?.[1];
        if (port === undefined) return;
        clearTimeout(deadline);
        resolve(new WranglerDev(child, Number(port)));
      };
      child.stdout.on("data", collect);
      child.stderr.on("data", collect);
      child.once("exit", (code) => reject(new Error(`wrangler dev ended with code ${code}:\n${output}`)));
    });
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    // The whole group: wrangler starts workerd and a build command of its own.
    if (this.#child.pid !== undefined) process.kill(-this.#child.pid, "SIGTERM");
    await ended;
  }
}

/** A folder that is this repository by links, but for the one file that a user edits and for what the build writes. */
async function checkoutWith(config: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "nuncio-wrangler-"));
  await Promise.all(
    ["shared", "l4-node", "worker", "scripts"].map((name) =>
      cp(join(ROOT, name), join(folder, name), { recursive: true }),
    ),
  );
  await Promise.all(
    ["package.json", "wrangler.toml", "tsconfig.base.json"].map((name) => cp(join(ROOT, name), join(folder, name))),
  );
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  await mkdir(join(folder, "config"));
  await writeFile(join(folder, "config/edge.yaml"), await readFile(config));
  return folder;
}
