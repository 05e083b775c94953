/** What a host grants to one client request while it is served. */
export interface RequestScope {
  /** Whether one more exchange may wait for the head of its answer without another one having to wait for it. */
  readonly hasRoom: boolean;
  /** An exchange begins to wait; the first attempt of a request does so without asking. */
  beginExchange(): void;
  /** It has its answer, or never will. */
  endExchange(): void;
  /** Lets work go on after the client has its answer. */
  keepAlive(work: Promise<unknown>): void;
}
