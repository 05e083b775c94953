import type { RequestScope } from "../../shared/host/request-scope.ts";

/** How many connections of one invocation may wait for the head of an answer; the platform lets any further one wait its turn. */
const MAX_WAITING = 6;

/**
 * What the platform grants to one request: six exchanges that wait at the same time, and work in the background. A timer runs while
 * an exchange waits for its turn, so whoever can do without one asks first.
 */
export class InvocationScope implements RequestScope {
  readonly #context: Pick<ExecutionContext, "waitUntil">;
  #waiting = 0;

  constructor(context: Pick<ExecutionContext, "waitUntil">) {
    this.#context = context;
  }

  get hasRoom(): boolean {
    return this.#waiting < MAX_WAITING;
  }

  beginExchange(): void {
    this.#waiting += 1;
  }

  endExchange(): void {
    this.#waiting -= 1;
  }

  keepAlive(work: Promise<unknown>): void {
    this.#context.waitUntil(work);
  }
}
