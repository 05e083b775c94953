import type { MaybePromise } from "../../../shared/base/maybe-promise.ts";
import type { ChunkQueue } from "../../../shared/buffer/chunk-queue.ts";
import type { NewHttpFilter } from "../../../shared/http-filter/filter-factory.ts";
import { DataStatus, HeadersStatus, TrailersStatus } from "../../../shared/http-filter/filter-status.ts";
import type { HttpFilter, HttpFilterCallbacks } from "../../../shared/http-filter/http-filter.ts";

/** Each way to handle a message that must not change what comes out. */
export const HEADER_WAYS = [
  "continue",
  "promise",
  "stop",
  "stop, timer",
  "buffer all",
  "watermark all",
  "late stop",
] as const;
export const DATA_WAYS = ["continue", "promise", "hold", "hold, timer", "watermark", "inject"] as const;
export const TRAILER_WAYS = ["none", "continue", "promise", "stop"] as const;

export interface FilterScript {
  readonly headers: (typeof HEADER_WAYS)[number];
  readonly data: (typeof DATA_WAYS)[number];
  readonly trailers: (typeof TRAILER_WAYS)[number];
  /** Added to every byte, modulo 256. */
  readonly shift: number;
}

/** One direction's callbacks and hooks under common names. */
interface Side {
  resume(): void;
  inject(data: Uint8Array): unknown;
}

/** Handles requests and responses in the same scripted way; adds `shift` to each byte that it sees. */
export function scriptedFilter(script: FilterScript, problems: string[]): NewHttpFilter {
  return (callbacks) => new ScriptedFilter(script, callbacks, problems);
}

class ScriptedFilter implements HttpFilter {
  readonly #request: ScriptedSide;
  readonly #response: ScriptedSide;
  decodeTrailers?: () => MaybePromise<TrailersStatus>;
  encodeTrailers?: () => MaybePromise<TrailersStatus>;

  constructor(script: FilterScript, callbacks: HttpFilterCallbacks, problems: string[]) {
    this.#request = new ScriptedSide(script, callbacks, problems, {
      resume: () => callbacks.continueDecoding(),
      inject: (data) => callbacks.injectDecodedData(data, false),
    });
    this.#response = new ScriptedSide(script, callbacks, problems, {
      resume: () => callbacks.continueEncoding(),
      inject: (data) => callbacks.injectEncodedData(data, false),
    });
    if (script.trailers === "none" && script.data !== "inject") return;
    this.decodeTrailers = () => this.#request.onTrailers();
    this.encodeTrailers = () => this.#response.onTrailers();
  }

  decodeHeaders(_headers: unknown, end: boolean): MaybePromise<HeadersStatus> {
    return this.#request.onHeaders(end);
  }

  encodeHeaders(_headers: unknown, end: boolean): MaybePromise<HeadersStatus> {
    return this.#response.onHeaders(end);
  }

  decodeData(data: ChunkQueue, end: boolean): MaybePromise<DataStatus> {
    return this.#request.onData(data, end);
  }

  encodeData(data: ChunkQueue, end: boolean): MaybePromise<DataStatus> {
    return this.#response.onData(data, end);
  }
}

class ScriptedSide {
  readonly #script: FilterScript;
  readonly #callbacks: HttpFilterCallbacks;
  readonly #problems: string[];
  readonly #side: Side;
  #inHook = false;
  #ended = false;
  #kept: number[] = [];

  // oxlint-disable-next-line max-params -- a test double that is made in one place
  constructor(script: FilterScript, callbacks: HttpFilterCallbacks, problems: string[], side: Side) {
    this.#script = script;
    this.#callbacks = callbacks;
    this.#problems = problems;
    this.#side = side;
  }

  onHeaders(end: boolean): MaybePromise<HeadersStatus> {
    this.#check(end);
    switch (this.#script.headers) {
      case "continue":
        return HeadersStatus.Continue;
      case "promise":
        return this.#later(HeadersStatus.Continue);
      case "stop":
        return end || this.#script.data === "inject" ? HeadersStatus.Continue : HeadersStatus.StopIteration;
      case "stop, timer":
        if (this.#script.data === "inject") return HeadersStatus.Continue;
        this.#resumeSoon();
        return HeadersStatus.StopIteration;
      case "buffer all":
        this.#resumeSoon();
        return HeadersStatus.StopAllAndBuffer;
      case "watermark all":
        this.#resumeSoon();
        return HeadersStatus.StopAllAndWatermark;
      case "late stop":
        return this.#later(HeadersStatus.StopAllAndWatermark).finally(() => this.#resumeSoon());
    }
  }

  onData(data: ChunkQueue, end: boolean): MaybePromise<DataStatus> {
    this.#check(end);
    if (data.isEmpty && !end) this.#problems.push("empty data before the end");
    this.#shift(data);
    switch (this.#script.data) {
      case "continue":
        return DataStatus.Continue;
      case "promise":
        return this.#later(DataStatus.Continue);
      case "hold":
        return end ? DataStatus.Continue : DataStatus.StopAndBuffer;
      case "hold, timer":
        if (end) this.#resumeSoon();
        return DataStatus.StopAndBuffer;
      case "watermark":
        this.#resumeSoon();
        return DataStatus.StopAndWatermark;
      case "inject":
        this.#kept.push(...data.bytes());
        data.clear();
        if (!end) return DataStatus.StopNoBuffer;
        this.#injectKept();
        return DataStatus.Continue;
    }
  }

  onTrailers(): MaybePromise<TrailersStatus> {
    this.#check(true);
    this.#injectKept();
    if (this.#script.trailers === "promise") return this.#later(TrailersStatus.Continue);
    if (this.#script.trailers !== "stop") return TrailersStatus.Continue;
    this.#resumeSoon();
    return TrailersStatus.StopIteration;
  }

  #injectKept(): void {
    if (this.#kept.length > 0) this.#side.inject(Uint8Array.from(this.#kept));
    this.#kept = [];
  }

  #shift(data: ChunkQueue): void {
    const bytes = data.bytes().map((byte) => (byte + this.#script.shift) % 256);
    data.clear();
    data.add(bytes);
  }

  async #later<Status>(status: Status): Promise<Status> {
    this.#inHook = true;
    await Promise.resolve();
    this.#inHook = false;
    return status;
  }

  #resumeSoon(): void {
    this.#callbacks.timers.after(5, 0, () => this.#side.resume());
  }

  #check(end: boolean): void {
    if (this.#inHook) this.#problems.push("a hook was called while another one of this filter ran");
    if (this.#ended) this.#problems.push("a hook was called after the end");
    if (end) this.#ended = true;
  }
}
