import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const DEADLINE_MS = 60_000;

/** A `nuncio` started the way a user starts it. */
export class NuncioProcess {
  readonly readyLine: string;
  readonly #child: ChildProcess;
  readonly #output: { text: string };

  private constructor(child: ChildProcess, readyLine: string, output: { text: string }) {
    this.#child = child;
    this.readyLine = readyLine;
    this.#output = output;
  }

  /** Resolves when the ready line is printed; rejects with the output when the process ends first. */
  static start(args: readonly string[]): Promise<NuncioProcess> {
    const child = spawn(process.execPath, [`${ROOT}l4-node/main.ts`, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    const output = { text: "" };
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => child.kill("SIGKILL"), DEADLINE_MS);
      const collect = (data: Buffer): void => {
        output.text += data.toString();
        const ready = /nuncio: ready[^\n]*(?=\n)/.exec(output.text)?.[0];
        if (ready === undefined) return;
        clearTimeout(deadline);
        resolve(new NuncioProcess(child, ready, output));
      };
      child.stdout.on("data", collect);
      child.stderr.on("data", collect);
      child.once("exit", (code) => {
        clearTimeout(deadline);
        reject(new Error(`nuncio ${args.join(" ")} ended with code ${code}:\n${output.text}`));
      });
    });
  }

  /** Everything printed so far. */
  get output(): string {
    return this.#output.text;
  }

  /** The first port of the ready line. */
  get port(): number {
    return Number(/127\.0\.0\.1:(\d+)/.exec(this.readyLine)?.[1]);
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    if (this.#child.exitCode !== null) return this.#child.exitCode;
    const ended = new Promise<number | null>((resolve) => this.#child.once("exit", resolve));
    this.#child.kill(signal);
    return ended;
  }
}

/** Runs a command to its end. */
export function runNuncio(args: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(process.execPath, [`${ROOT}l4-node/main.ts`, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (data: Buffer) => (output += data.toString()));
  child.stderr.on("data", (data: Buffer) => (output += data.toString()));
  return new Promise((resolve) => {
    child.once("close", (code) => resolve({ code, output }));
  });
}
