import type { MaybePromise } from "../base/maybe-promise.ts";
import type { Host } from "../host/host.ts";
import { BodyFailure, type BodyRead, type BodySource, END } from "../http/body-source.ts";
import { HeaderMap } from "../http/header-map.ts";
import type { ResetReason } from "../http/reset-reason.ts";
import { StreamInfo } from "../http/stream-info.ts";
import type { Route } from "../router/route.ts";
import type { Counter } from "../stats/stats-scope.ts";
import type { FilterChain } from "./filter-chain.ts";
import type { NewHttpFilter } from "./filter-factory.ts";
import { FilterManager } from "./filter-manager.ts";

type Pairs = readonly (readonly [string, string])[];

/** One message as data. A body of no chunks is an empty body, an absent one is none. */
export interface ScriptedMessage {
  readonly headers: Pairs;
  readonly body?: readonly Uint8Array[];
  readonly trailers?: Pairs;
  /** Breaks the body off after its chunks. */
  readonly brokenBy?: ResetReason;
}

/** What came out at one end of a chain. */
export interface ReceivedMessage {
  readonly headers: Pairs;
  /** Absent where the message ended with its headers. */
  readonly body?: Uint8Array;
  readonly trailers?: Pairs;
  readonly brokenBy?: ResetReason;
}

/** All that a stream has to show for itself when it is over. */
export interface FilterOutcome {
  /** What the terminal filter got; absent where the request never came there. */
  readonly request: ReceivedMessage | undefined;
  /** What the client got. */
  readonly response: ReceivedMessage | undefined;
  readonly reset: ResetReason | undefined;
  readonly details: string | undefined;
  readonly lateCallbacks: number;
  readonly filterExceptions: number;
}

export interface FilterHarnessOptions {
  /** The filters under test, in the order of a chain; named `filter` unless the name matters. */
  readonly filters: readonly (NewHttpFilter | { readonly name: string; readonly create: NewHttpFilter })[];
  readonly ports: Pick<Host, "clock" | "timers" | "random" | "logger">;
  readonly route?: Route;
  /** Bytes, for both directions. Default: 1 MiB. */
  readonly bufferLimit?: number;
}

/**
 * Runs filters as a connection manager does, between a client and an upstream that are both scripts. A new harness for every
 * stream.
 */
export class FilterHarness {
  readonly manager: FilterManager;
  readonly streamInfo: StreamInfo;
  readonly #upstream: ScriptedMessage;
  readonly #over = Promise.withResolvers<void>();
  readonly #late = new PlainCounter();
  readonly #exceptions = new PlainCounter();
  #request: ReceivedMessage | undefined;
  #response: ReceivedMessage | undefined;
  #reset: ResetReason | undefined;

  /** `upstream` is what the terminal filter answers when it has read the request to its end. */
  constructor(options: FilterHarnessOptions, upstream: ScriptedMessage) {
    const { ports, route, bufferLimit = 1 << 20 } = options;
    this.#upstream = upstream;
    this.streamInfo = new StreamInfo({
      startWallMs: ports.clock.wallMs(),
      startMonotonicMs: ports.clock.monotonicMs(),
      downstream: DOWNSTREAM,
    });
    this.manager = new FilterManager({
      ...ports,
      chain: this.#chainOf(options),
      streamInfo: this.streamInfo,
      routes: { route: () => route, clear: () => undefined },
      counters: { lateCallback: this.#late, filterException: this.#exceptions },
      bufferLimits: { request: bufferLimit, response: bufferLimit },
      downstream: {
        encodeInformational: () => undefined,
        encodeUpgrade: () => undefined,
        encodeHeaders: (headers, body) => void this.#receiveResponse(headers, body),
        reset: (reason) => {
          this.#reset = reason;
          this.#over.resolve();
        },
      },
    });
  }

  /** Sends a request; settles when the stream is over. */
  async run(request: ScriptedMessage): Promise<FilterOutcome> {
    this.manager.decode(HeaderMap.from(request.headers), bodyOf(request));
    await this.#over.promise;
    return this.outcome;
  }

  /** The client goes away. */
  disconnect(): void {
    this.manager.reset("remote reset");
    this.#over.resolve();
  }

  /** As things are now. */
  get outcome(): FilterOutcome {
    return {
      request: this.#request,
      response: this.#response,
      reset: this.#reset,
      details: this.streamInfo.responseCodeDetails,
      lateCallbacks: this.#late.value,
      filterExceptions: this.#exceptions.value,
    };
  }

  #chainOf({ filters }: FilterHarnessOptions): FilterChain {
    return {
      filters: filters.map((filter) => {
        const entry = typeof filter === "function" ? { name: "filter", create: filter } : filter;
        return { ...entry, terminal: false };
      }),
      terminal: {
        name: "terminal",
        terminal: true,
        create: (callbacks) => ({
          run: async (headers, body) => {
            this.#request = await receive(headers, body);
            if (this.#request.brokenBy !== undefined) return;
            callbacks.respond(HeaderMap.from(this.#upstream.headers), bodyOf(this.#upstream));
          },
        }),
      },
    };
  }

  async #receiveResponse(headers: HeaderMap, body: BodySource | undefined): Promise<void> {
    this.#response = await receive(headers, body);
    if (this.#response.brokenBy === undefined) this.manager.complete();
    else this.manager.reset(this.#response.brokenBy);
    this.#over.resolve();
  }
}

/** A body from a script. Reads settle at once, or later where `isAsync` says so. */
export class ScriptedBody implements BodySource {
  readonly #message: ScriptedMessage;
  readonly #isAsync: (read: number) => boolean;
  #reads = 0;
  #lent: Uint8Array | undefined;
  #final: typeof END | BodyFailure | undefined;

  constructor(message: ScriptedMessage, isAsync: (read: number) => boolean = () => false) {
    this.#message = message;
    this.#isAsync = isAsync;
  }

  read(): MaybePromise<BodyRead> {
    const at = this.#reads;
    this.#reads += 1;
    if (!this.#isAsync(at)) return this.#readAt(at);
    return Promise.resolve().then(() => this.#readAt(at));
  }

  trailers(): HeaderMap | undefined {
    const { trailers } = this.#message;
    return trailers === undefined ? undefined : HeaderMap.from(trailers);
  }

  cancel(reason: ResetReason): void {
    this.#final ??= new BodyFailure(reason);
  }

  unwrap(): undefined {
    return undefined;
  }

  #readAt(at: number): BodyRead {
    if (this.#final !== undefined) return this.#final;
    const { body = [], brokenBy } = this.#message;
    const chunk = body[at];
    // A copy each time, and scribbled over by the next read: whoever kept it without copying shows.
    if (chunk !== undefined) return this.#lend(chunk);
    this.#lent?.fill(0xee);
    this.#final = brokenBy === undefined ? END : new BodyFailure(brokenBy);
    return this.#final;
  }

  #lend(chunk: Uint8Array): Uint8Array {
    this.#lent?.fill(0xee);
    this.#lent = chunk.slice();
    return this.#lent;
  }
}

class PlainCounter implements Counter {
  value = 0;

  inc(): void {
    this.value += 1;
  }

  add(amount: number): void {
    this.value += amount;
  }
}

const DOWNSTREAM = {
  remoteAddress: "192.0.2.1:4711",
  directRemoteAddress: "192.0.2.1:4711",
  localAddress: "192.0.2.2:443",
  protocol: "HTTP/1.1",
  tls: true,
} as const;

function bodyOf(message: ScriptedMessage): BodySource | undefined {
  return message.body === undefined ? undefined : new ScriptedBody(message);
}

/** Reads a message to its end. */
export async function receive(headers: HeaderMap, body: BodySource | undefined): Promise<ReceivedMessage> {
  const pairs = headers.toJSON();
  if (body === undefined) return { headers: pairs };
  const bytes: number[] = [];
  for (;;) {
    const read = await body.read();
    if (read instanceof BodyFailure) return { headers: pairs, body: Uint8Array.from(bytes), brokenBy: read.reason };
    if (read === END) break;
    for (const byte of read) bytes.push(byte);
  }
  const trailers = body.trailers();
  const received = { headers: pairs, body: Uint8Array.from(bytes) };
  return trailers === undefined ? received : { ...received, trailers: trailers.toJSON() };
}
