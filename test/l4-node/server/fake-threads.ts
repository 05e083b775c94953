import type { SpawnThread, ThreadLinkEvents } from "../../../l4-node/server/thread-link.ts";
import type { ThreadCommand, ThreadReport } from "../../../l4-node/threads/messages.ts";

/** How a thread answers a command; `undefined` is silence. */
export type Behaviour = (command: ThreadCommand) => ThreadReport | undefined;

/** A well-behaved thread. */
export const willing: Behaviour = (command) => {
  switch (command.kind) {
    case "prepare":
      return { kind: "prepared", version: command.config.version };
    case "commit":
      return { kind: "committed", version: command.version };
    case "close_connections":
      return { kind: "idle" };
    case "report_hosts":
      return { kind: "hosts", request: command.request, hosts: [] };
    default:
      return undefined;
  }
};

/** A thread that hears nothing, not even that it is to end. */
export const deaf: Behaviour = () => undefined;

export interface FakeThread {
  readonly commands: ThreadCommand[];
  readonly events: ThreadLinkEvents;
  terminated: boolean;
}

/** Threads that are only messages. Each comes up at once and answers as `behaviours` says, by order of making; then willingly. */
export class FakeThreads {
  readonly threads: FakeThread[] = [];
  readonly #behaviours: readonly Behaviour[];

  constructor(behaviours: readonly Behaviour[] = []) {
    this.#behaviours = behaviours;
  }

  readonly spawn: SpawnThread = (_setup, events) => {
    const behave = this.#behaviours[this.threads.length] ?? willing;
    const thread: FakeThread = { commands: [], events, terminated: false };
    this.threads.push(thread);
    queueMicrotask(() => events.onReport({ kind: "online" }));
    return {
      post: (command) => {
        thread.commands.push(command);
        if (command.kind === "exit" && behave !== deaf) return queueMicrotask(() => events.onExit("exit code 0"));
        const report = behave(command);
        return report && queueMicrotask(() => events.onReport(report));
      },
      terminate: async () => {
        thread.terminated = true;
      },
    };
  };

  /** What each thread was told, by kind. */
  kinds(): string[][] {
    return this.threads.map(({ commands }) => commands.map(({ kind }) => kind));
  }
}
