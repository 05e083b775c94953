import { type SpawnThread, spawnWorkerThread } from "../../../l4-node/server/thread-link.ts";

/** Real threads of which one can be made to refuse: what it says of an update that it has prepared is turned around. */
export class StubbornThreads {
  refuse = false;
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  readonly spawn: SpawnThread = (setup, events) =>
    spawnWorkerThread(setup, {
      ...events,
      onReport: (report) => {
        const isTurned = this.refuse && setup.name === this.#name && report.kind === "prepared";
        if (!isTurned) return events.onReport(report);
        return events.onReport({ kind: "refused", version: report.version, reason: `${this.#name}: not today` });
      },
    });
}
