import { END } from "../../../shared/http/body-source.ts";
import type { MessageHead } from "../../../shared/http1/message-head.ts";
import { type MessageParser, NEED_MORE } from "../../../shared/http1/message-parser.ts";
import { MalformedMessage } from "../../../shared/http1/protocol-fault.ts";
import { createRequestParser, type RequestParserOptions } from "../../../shared/http1/request-parser.ts";
import {
  type AskedRequest,
  ResponseParser,
  type ResponseParserOptions,
} from "../../../shared/http1/response-parser.ts";

/** One message as it was read, up to where it ended or broke. */
export interface ReadMessage {
  head?: MessageHead;
  interim: number[];
  body: string;
  trailers?: unknown;
  /** How it ended: at its end, with a fault, or not at all (`open`). */
  end: string;
}

export interface Input {
  readonly text: string;
  /** Bytes a piece; all at once if absent. */
  readonly step?: number;
  /** Whether the input ends behind the text; default true. */
  readonly closes?: boolean;
}

/** Reads all requests of an input. */
export function readRequests(input: Input | string, options?: RequestParserOptions): ReadMessage[] {
  const parser = createRequestParser(options);
  return readMessages(parser, toInput(input), () => parser.startNext());
}

/** The end of the last request that an input holds: `end`, or the fault. */
export function requestEnd(input: Input | string, options?: RequestParserOptions): string | undefined {
  return readRequests(input, options).at(-1)?.end;
}

const GET: AskedRequest = { method: "GET", upgrade: false };

/** Reads one answer. */
export function readResponse(
  input: Input | string,
  asked: AskedRequest = GET,
  options?: ResponseParserOptions,
): ReadMessage {
  const parser = new ResponseParser(options);
  parser.expect(asked);
  return readMessages(parser, toInput(input), undefined)[0] ?? { interim: [], body: "", end: "nothing" };
}

export function responseEnd(input: Input | string, asked?: AskedRequest): string {
  return readResponse(input, asked).end;
}

/** Everything but the framing objects, to compare two ways of reading. */
export function summary(messages: readonly ReadMessage[]): string {
  return JSON.stringify(messages);
}

export function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

function toInput(input: Input | string): Input {
  return typeof input === "string" ? { text: input } : input;
}

function readMessages(
  parser: MessageParser<MessageHead>,
  { text, step = Infinity, closes = true }: Input,
  startNext: (() => void) | undefined,
): ReadMessage[] {
  const reader = new Reader(parser, startNext);
  const bytes = latin1(text);
  for (let at = 0; at < bytes.length; at += step) reader.read(bytes.slice(at, at + step));
  if (closes) reader.close();
  return reader.messages;
}

class Reader {
  readonly messages: ReadMessage[] = [];
  readonly #parser: MessageParser<MessageHead>;
  readonly #startNext: (() => void) | undefined;
  #current: ReadMessage | undefined;
  #isOver = false;

  constructor(parser: MessageParser<MessageHead>, startNext: (() => void) | undefined) {
    this.#parser = parser;
    this.#startNext = startNext;
  }

  read(bytes: Uint8Array): void {
    if (this.#isOver) return;
    this.#parser.feed(bytes);
    for (;;) {
      const event = this.#parser.next();
      if (event === NEED_MORE) return;
      if (event === END) this.#endMessage("end");
      else if (event instanceof Uint8Array) this.#message().body += String.fromCharCode(...event);
      else if (event instanceof MalformedMessage) this.#fail(event);
      else this.#head(event);
      if (this.#isOver) return;
    }
  }

  close(): void {
    if (this.#isOver) return;
    const end = this.#parser.finish();
    if (end === END) this.#endMessage("end");
    else if (end !== undefined) this.#fail(end);
  }

  #head(head: MessageHead): void {
    if (head.isInterim) this.#message().interim.push(Number(head.headers.get(":status")));
    else this.#message().head = head;
  }

  #endMessage(end: string): void {
    const message = this.#message();
    message.end = end;
    if (this.#parser.trailers !== undefined) message.trailers = this.#parser.trailers.toJSON();
    this.#current = undefined;
    if (this.#startNext === undefined || message.head?.framing.kind === "tunnel") this.#isOver = true;
    else this.#startNext();
  }

  #fail({ fault }: MalformedMessage): void {
    this.#message().end = fault;
    this.#isOver = true;
  }

  #message(): ReadMessage {
    if (this.#current === undefined) {
      this.#current = { interim: [], body: "", end: "open" };
      this.messages.push(this.#current);
    }
    return this.#current;
  }
}
