import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The command line as it is in the repository; a test of the published form names another. */
const MAIN = fileURLToPath(new URL("../../l4-node/main.ts", import.meta.url));
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
  static start(args: readonly string[], main: string = MAIN): Promise<NuncioProcess> {
    const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
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

  /** Resolves once something printed, before or after the call, matches. */
  printed(pattern: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (!pattern.test(this.output)) return;
        clearTimeout(deadline);
        this.#child.stderr?.off("data", look);
        this.#child.stdout?.off("data", look);
        resolve();
      };
      const late = (): void => reject(new Error(`never printed ${pattern}:\n${this.output}`));
      const deadline = setTimeout(late, DEADLINE_MS);
      this.#child.stderr?.on("data", look);
      this.#child.stdout?.on("data", look);
      look();
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves with the exit code; `null` when a signal ended it. */
  ended(): Promise<number | null> {
    if (this.#isOver) return Promise.resolve(this.#child.exitCode);
    return new Promise((resolve) => this.#child.once("exit", resolve));
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    const ended = this.ended();
    this.#child.kill(signal);
    return ended;
  }

  get #isOver(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}

/** Runs a command to its end. */
export function runNuncio(
  args: readonly string[],
  main: string = MAIN,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (data: Buffer) => (output += data.toString()));
  child.stderr.on("data", (data: Buffer) => (output += data.toString()));
  return new Promise((resolve) => {
    child.once("close", (code) => resolve({ code, output }));
  });
}
