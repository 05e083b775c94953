import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

const WORKERD = fileURLToPath(new URL("../../node_modules/.bin/workerd", import.meta.url));
/** Not newer than the workerd that the toolchain pins. */
export const COMPATIBILITY_DATE = "2026-10-20";

/** The modules of a Worker: the first is its entry. */
export interface WorkerdModule {
  readonly name: string;
  readonly kind: "esModule" | "text";
  readonly source: string;
}

/** workerd as it is, with nothing in front of the Worker: what a byte-exact test and a benchmark need. */
export class WorkerdProcess {
  readonly port: number;
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(child: ChildProcess, port: number, folder: string) {
    this.#child = child;
    this.port = port;
    this.pid = child.pid ?? 0;
    this.#folder = folder;
  }

  /** `quiet` throws away what the Worker prints. */
  static async start(modules: readonly WorkerdModule[], options: { quiet?: boolean } = {}): Promise<WorkerdProcess> {
    const folder = await mkdtemp(join(tmpdir(), "nuncio-workerd-"));
    await Promise.all(modules.map(({ name, source }) => writeFile(join(folder, name), source)));
    await writeFile(join(folder, "config.capnp"), capnpConfig(modules));
    const child = spawn(WORKERD, ["serve", "--control-fd=3", "config.capnp"], {
      cwd: folder,
      stdio: ["ignore", options.quiet === true ? "ignore" : "inherit", "inherit", "pipe"],
    });
    // Descriptor 3 was asked for as a pipe just above.
    const port = await listenPort(child, child.stdio[3] as Readable);
    return new WorkerdProcess(child, port, folder);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGKILL");
    await ended;
    await rm(this.#folder, { recursive: true });
  }
}

function listenPort(child: ChildProcess, control: Readable): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = "";
    control.on("data", (data: Buffer) => {
      text += data.toString();
      const port = /"event":"listen","socket":"http","port":(\d+)/.exec(text)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
    child.once("exit", (code) => reject(new Error(`workerd ended with code ${code}`)));
  });
}

function capnpConfig(modules: readonly WorkerdModule[]): string {
  const listed = modules.map(({ name, kind }) => `(name = "${name}", ${kind} = embed "${name}")`);
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["public", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [${listed.join(", ")}],
  compatibilityDate = "${COMPATIBILITY_DATE}",
  compatibilityFlags = ["no_nodejs_compat", "no_nodejs_compat_v2"],
  globalOutbound = "internet",
);
`;
}
