import { Worker } from "node:worker_threads";
import type { ThreadCommand, ThreadReport, ThreadSetup } from "../threads/messages.ts";

/** The main thread's end of one worker thread. */
export interface ThreadLink {
  post(command: ThreadCommand): void;
  terminate(): Promise<void>;
}

export interface ThreadLinkEvents {
  onReport(report: ThreadReport): void;
  /** Once, when the thread is gone; `reason` says why in words. */
  onExit(reason: string): void;
}

/** Makes worker threads; a seam for tests that lose messages or threads. */
export type SpawnThread = (setup: ThreadSetup, events: ThreadLinkEvents) => ThreadLink;

/** The compiled command line of the published package has `.js` files beside each other where the sources have `.ts`. */
const ENTRY = new URL(`../threads/worker-entry${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);

export const spawnWorkerThread: SpawnThread = (setup, events) => {
  const worker = new Worker(ENTRY, { workerData: setup });
  let failure: string | undefined;
  // The entry posts nothing but ThreadReport.
  worker.on("message", (report: ThreadReport) => events.onReport(report));
  worker.on("error", (error: unknown) => {
    failure = error instanceof Error ? error.message : String(error);
  });
  worker.on("exit", (code) => events.onExit(failure ?? `exit code ${code}`));
  return {
    post: (command) => worker.postMessage(command),
    terminate: async () => {
      await worker.terminate();
    },
  };
};
