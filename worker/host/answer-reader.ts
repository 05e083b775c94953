import { BodyFailure, type BodyRead, type BodySource, END } from "../../shared/http/body-source.ts";
import type { HeaderMap } from "../../shared/http/header-map.ts";
import type { ResetReason } from "../../shared/http/reset-reason.ts";
import { NEED_MORE, type ParserEvent } from "../../shared/http1/message-parser.ts";
import { MalformedMessage } from "../../shared/http1/protocol-fault.ts";
import { type ResponseHead, ResponseParser } from "../../shared/http1/response-parser.ts";

export interface AnswerOptions {
  /** Of the request. */
  readonly method: string;
  /** Called once, when the body has ended in any way. */
  readonly onEnd: () => void;
}

/** The answer on a connection: its head, then, as a body, what comes behind it. Reads only when it is asked. */
export class AnswerReader implements BodySource {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #parser: ResponseParser;
  readonly #onEnd: () => void;
  #final: typeof END | BodyFailure | undefined;

  constructor(readable: ReadableStream<Uint8Array>, { method, onEnd }: AnswerOptions) {
    this.#reader = readable.getReader();
    this.#reader.closed.catch(() => undefined);
    this.#parser = new ResponseParser({ limits: { maxHeadBytes: MAX_HEAD_BYTES } });
    this.#parser.expect({ method, upgrade: false });
    this.#onEnd = onEnd;
  }

  /** The final answer; interim ones cannot be passed on here. Never rejects. */
  async readHead(): Promise<ResponseHead | BodyFailure> {
    for (;;) {
      const event = this.#parser.next();
      if (event === NEED_MORE) {
        const ended = await this.#readInput();
        if (ended !== undefined) return ended === END ? this.#fail("connection termination") : ended;
      } else if (event === END || event instanceof Uint8Array || event instanceof MalformedMessage) {
        return this.#fail("protocol error");
      } else if (!event.isInterim) {
        return event;
      }
    }
  }

  read(): BodyRead | Promise<BodyRead> {
    if (this.#final !== undefined) return this.#final;
    const event = this.#parser.next();
    return event === NEED_MORE ? this.#readMore() : this.#bodyRead(event);
  }

  trailers(): HeaderMap | undefined {
    return this.#parser.trailers;
  }

  cancel(reason: ResetReason): void {
    if (this.#final !== undefined) return;
    this.#finish(new BodyFailure(reason));
    // Settles an outstanding read; a stream that is already broken rejects, which says nothing new.
    this.#reader.cancel(reason).catch(() => undefined);
  }

  unwrap(): undefined {
    return undefined;
  }

  async #readMore(): Promise<BodyRead> {
    for (;;) {
      const ended = await this.#readInput();
      if (ended !== undefined) return ended;
      const event = this.#parser.next();
      if (event !== NEED_MORE) return this.#bodyRead(event);
    }
  }

  /** Gives the parser more to read; or tells that nothing more will come, and what that means. */
  async #readInput(): Promise<typeof END | BodyFailure | undefined> {
    try {
      const { done, value } = await this.#reader.read();
      if (this.#final !== undefined) return this.#final;
      if (done) return this.#endInput();
      this.#parser.feed(value);
      return undefined;
    } catch {
      return this.#broken(this.#parser.finish());
    }
  }

  #endInput(): typeof END | BodyFailure {
    const end = this.#parser.finish();
    return end === END ? this.#finish(END) : this.#broken(end);
  }

  /** As Envoy's codec sees it, an answer that has begun and stops is malformed, whatever ended the connection. */
  #broken(end: ReturnType<ResponseParser["finish"]>): BodyFailure {
    return this.#fail(end instanceof MalformedMessage ? "protocol error" : "connection termination");
  }

  #bodyRead(event: Exclude<ParserEvent<ResponseHead>, typeof NEED_MORE>): BodyRead {
    if (event instanceof Uint8Array) return event;
    return event === END ? this.#finish(END) : this.#fail("protocol error");
  }

  /** The first reason stays. */
  #fail(reason: ResetReason): BodyFailure {
    const final = this.#finish(new BodyFailure(reason));
    return final === END ? new BodyFailure(reason) : final;
  }

  #finish(final: typeof END | BodyFailure): typeof END | BodyFailure {
    if (this.#final === undefined) {
      this.#final = final;
      this.#onEnd();
    }
    return this.#final;
  }
}

/** Envoy's limit for the head of an upstream's answer: 80 KiB. Source: Envoy `Http1::CodecClient`. */
const MAX_HEAD_BYTES = 80 * 1024;
