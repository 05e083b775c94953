import { err, ok, type Result } from "../../shared/base/result.ts";
import type { Cancel, Timers } from "../../shared/host/timers.ts";
import type { ThreadCommand, ThreadReport, ThreadSetup } from "../threads/messages.ts";
import type { SpawnThread, ThreadLink } from "./thread-link.ts";

export interface ThreadMemberOptions {
  /** Position in the pool; a replacement has the position of the thread it replaces. */
  readonly index: number;
  /** Different for every thread that ever ran: what it counted is kept apart from its successor's. */
  readonly id: string;
  readonly setup: ThreadSetup;
  readonly spawn: SpawnThread;
  readonly timers: Timers;
  /** Reports that answer no question. */
  onReport(member: ThreadMember, report: ThreadReport): void;
  onExit(member: ThreadMember, reason: string): void;
}

interface Question {
  readonly settle: (outcome: Result<ThreadReport, string>) => void;
  readonly isAnswer: (report: ThreadReport) => boolean;
}

/** One worker thread as the main thread knows it: posts commands, and pairs questions with answers. */
export class ThreadMember {
  readonly index: number;
  readonly id: string;
  readonly #options: ThreadMemberOptions;
  readonly #link: ThreadLink;
  readonly #questions = new Set<Question>();
  readonly #exited: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  #exitReason: string | undefined;

  constructor(options: ThreadMemberOptions) {
    this.index = options.index;
    this.id = options.id;
    this.#options = options;
    this.#link = options.spawn(options.setup, {
      onReport: (report) => this.#onReport(report),
      onExit: (reason) => this.#onExit(reason),
    });
  }

  get name(): string {
    return this.#options.setup.name;
  }

  post(command: ThreadCommand): void {
    if (this.#exitReason === undefined) this.#link.post(command);
  }

  /** Posts `command`, if any, and waits for the first report that `isAnswer`. Fails when the thread ends or the time is over. */
  ask(
    command: ThreadCommand | undefined,
    isAnswer: (report: ThreadReport) => boolean,
    timeoutMs: number,
  ): Promise<Result<ThreadReport, string>> {
    if (this.#exitReason !== undefined) return Promise.resolve(err(`${this.name} ended: ${this.#exitReason}`));
    return new Promise((resolve) => {
      let cancel: Cancel = () => {};
      const question: Question = {
        isAnswer,
        settle: (outcome) => {
          cancel();
          this.#questions.delete(question);
          resolve(outcome);
        },
      };
      const late = (): void => question.settle(err(`${this.name} did not answer within ${timeoutMs} ms`));
      cancel = this.#options.timers.after(timeoutMs, 0, late);
      this.#questions.add(question);
      if (command !== undefined) this.#link.post(command);
    });
  }

  /** Lets the thread end by itself; ends it by force after `timeoutMs`. */
  async end(timeoutMs: number): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const cancel = this.#options.timers.after(timeoutMs, 0, resolve);
    this.post({ kind: "exit" });
    await Promise.race([this.#exited.promise, late]);
    cancel();
    if (this.#exitReason === undefined) await this.#link.terminate();
  }

  #onReport(report: ThreadReport): void {
    const asked = [...this.#questions].find(({ isAnswer }) => isAnswer(report));
    if (asked === undefined) this.#options.onReport(this, report);
    else asked.settle(ok(report));
  }

  #onExit(reason: string): void {
    this.#exitReason = reason;
    this.#exited.resolve();
    for (const { settle } of this.#questions) settle(err(`${this.name} ended: ${reason}`));
    this.#options.onExit(this, reason);
  }
}
