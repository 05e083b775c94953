import { type ChildProcess, spawn } from "node:child_process";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { NotLoaded, type RunningTarget, type Target } from "./target.ts";

const START_DEADLINE_MS = 20_000;
const POLL_MS = 20;

/** The reference: a real Envoy with one worker thread. */
export function envoyTarget(program: string): Target {
  return { name: "envoy", platformHeaders: [], start: (file, port) => startEnvoy(program, file, port) };
}

async function startEnvoy(program: string, file: string, port: number): Promise<RunningTarget> {
  const fixed = ["--concurrency", "1", "--disable-hot-restart", "-l", "error", "--file-flush-interval-msec", "50"];
  const child = spawn(program, ["-c", file, ...fixed], { stdio: ["ignore", "pipe", "pipe"] });
  const running = new EnvoyProcess(child, port);
  await running.listening();
  return running;
}

class EnvoyProcess implements RunningTarget {
  readonly port: number;
  output: string = "";
  readonly #child: ChildProcess;
  #errors = "";

  constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
    child.stdout?.on("data", (data: Buffer) => (this.output += data.toString("latin1")));
    child.stderr?.on("data", (data: Buffer) => (this.#errors += data.toString()));
  }

  async listening(): Promise<void> {
    for (let waited = 0; waited < START_DEADLINE_MS; waited += POLL_MS) {
      if (this.#child.exitCode !== null) throw new NotLoaded(firstReason(this.#errors));
      if (await isOpen(this.port)) return;
      await delay(POLL_MS);
    }
    await this.stop();
    throw new NotLoaded(`does not listen: ${firstReason(this.#errors)}`);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGKILL");
    await ended;
  }
}

function firstReason(errors: string): string {
  const at = errors.search(/\[(?:critical|error)\]/);
  return errors.slice(Math.max(at, 0)).replaceAll(/\s+/g, " ").slice(0, 700);
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => resolve(true));
    socket.on("connect", () => socket.destroy());
    socket.on("error", () => resolve(false));
  });
}
