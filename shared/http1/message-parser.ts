import { invariant } from "../base/invariant.ts";
import { END } from "../http/body-source.ts";
import { HeaderMap } from "../http/header-map.ts";
import { ChunkLine, MAX_SIZE_DIGITS } from "./chunk-line.ts";
import { FieldLine } from "./field-line.ts";
import type { HeadReader } from "./head-reader.ts";
import { DEFAULT_HTTP1_LIMITS, type Http1Limits } from "./http1-limits.ts";
import { ChunkEnd } from "./line-end.ts";
import type { LineReader } from "./line-reader.ts";
import type { LineText } from "./line-text.ts";
import type { BodyFraming, MessageHead } from "./message-head.ts";
import { ParserInput } from "./parser-input.ts";
import { MalformedMessage, type ProtocolFault } from "./protocol-fault.ts";

/** Everything that was fed is used up. */
export const NEED_MORE: unique symbol = Symbol("need more bytes");

/** In this order: a head, body chunks, {@link END}; before an answer's head any number of interim ones. */
export type ParserEvent<Head> = Head | Uint8Array | typeof END | typeof NEED_MORE | MalformedMessage;

/**
 *              ┌────────────── interim ─────────────┐
 *              ▼                                    │
 *   ended ─▶ startLine ─▶ fields ──────────────────▶┤
 *     ▲                                             │
 *     ├──────────────────────────────── none ───────┤
 *     ├───────────────────────── fixed ◀── length ──┤
 *     ├──── trailers ◀── chunkSize ◀─┐ ◀── chunked ─┤
 *     │                     ▼        │              │
 *     │                 chunkData ─▶ chunkEnd       │
 *     └── (end of input) ── untilClose ◀────────────┘
 *
 * From everywhere to `failed`.
 */
type State =
  | "ended"
  | "startLine"
  | "fields"
  | "fixed"
  | "chunkSize"
  | "chunkData"
  | "chunkEnd"
  | "trailers"
  | "untilClose"
  | "failed";

export interface ParserParts {
  /** The one that the start line is read with. */
  readonly text: LineText;
  readonly keepSentNames: boolean;
  /** Those that are absent have their defaults. */
  readonly limits: Partial<Http1Limits>;
}

/**
 * Reads the messages of one direction of a connection: bytes in by {@link feed}, events out by {@link next}, at the pace of whoever
 * asks. No byte is looked at more than twice, however the input is cut, and the events do not depend on the cuts.
 */
export class MessageParser<Head extends MessageHead> {
  readonly #heads: HeadReader<Head>;
  readonly #limits: Http1Limits;
  readonly #field: FieldLine;
  readonly #chunkLine = new ChunkLine();
  readonly #input: ParserInput;
  #state: State = "ended";
  /** Field lines that the section that is being read may still have. */
  #fieldsLeft = 0;
  #extensionBytesLeft = 0;
  /** Bytes of the body, or of its current chunk, that are still to come. */
  #bodyLeft = 0;
  #trailers: HeaderMap | undefined;
  #malformed: MalformedMessage | undefined;

  constructor(heads: HeadReader<Head>, { text, keepSentNames, limits }: ParserParts) {
    this.#heads = heads;
    this.#input = new ParserInput(text);
    this.#field = new FieldLine(text, { keepSentName: keepSentNames });
    this.#limits = { ...DEFAULT_HTTP1_LIMITS, ...limits };
  }

  /** Trailers of the message whose end was read last, if it had any. */
  get trailers(): HeaderMap | undefined {
    return this.#trailers;
  }

  /** Whether bytes were fed that no event has told of yet. */
  get hasUnread(): boolean {
    return this.#input.unreadBytes > 0;
  }

  /** Gives more input. Only when the last event was {@link NEED_MORE}, or nothing is unread. The bytes are used until the next call. */
  feed(bytes: Uint8Array): void {
    this.#input.feed(bytes);
  }

  /** Copies what is unread, so that the memory that was fed may be used again before the next call. */
  keepUnread(): void {
    this.#input.keepUnread();
  }

  /** Goes on to the next message of the connection. Until then {@link next} repeats the end of this one. */
  startNext(): void {
    invariant(this.#state === "ended", "the next message starts behind the end of the one before");
    this.#trailers = undefined;
    this.#startHead();
  }

  /** The protocol was switched behind the message that has ended: all further bytes are one body until the input ends. */
  switchToTunnel(): void {
    invariant(this.#state === "ended", "protocols are switched at the end of a message");
    this.#state = "untilClose";
  }

  /** The next event. A chunk is a view of what was fed and never empty; the end and a failure are final and repeat. */
  next(): ParserEvent<Head> {
    for (;;) {
      const event = this.#step();
      if (event !== undefined) return event;
    }
  }

  /**
   * The input has ended. That is the end of a body that lasts until then, and `undefined` between messages; in the middle of a
   * message it is a failure and never an end.
   */
  finish(): typeof END | MalformedMessage | undefined {
    if (this.#malformed !== undefined) return this.#malformed;
    invariant(!this.hasUnread || this.#state === "ended", "input ends when all of it was read");
    if (this.#state === "ended") return undefined;
    if (this.#state === "startLine" && !this.#input.isInsideLine) return undefined;
    if (this.#state === "untilClose") {
      this.#state = "ended";
      return END;
    }
    return this.#fail(this.#input.faultInCutLine() ?? "truncated");
  }

  #step(): ParserEvent<Head> | undefined {
    switch (this.#state) {
      case "startLine":
        return this.#readStartLine();
      case "fields":
        return this.#readFields();
      case "fixed":
      case "chunkData":
        return this.#readSized();
      case "chunkSize":
        return this.#readChunkSize();
      case "chunkEnd":
        return this.#readChunkEnd();
      case "trailers":
        return this.#readTrailers();
      case "untilClose":
        return this.hasUnread ? this.#input.take(Infinity) : NEED_MORE;
      case "ended":
        return END;
      case "failed":
        return this.#malformed;
    }
  }

  #startHead(): void {
    this.#state = "startLine";
    this.#input.lineBytesLeft = this.#limits.maxHeadBytes;
    this.#fieldsLeft = this.#limits.maxHeaders;
  }

  #readStartLine(): ParserEvent<Head> | undefined {
    const reserved = Math.max(0, this.#input.lineBytesLeft - this.#limits.maxStartLineBytes);
    this.#input.lineBytesLeft -= reserved;
    const isWhole = this.#readLine(this.#heads.startLine, "headersTooLarge");
    this.#input.lineBytesLeft += reserved;
    if (!isWhole) return this.#stalled();
    const begun = this.#heads.begin();
    if (typeof begun === "string") return this.#fail(begun);
    if (begun) this.#state = "fields";
    return undefined;
  }

  #readFields(): ParserEvent<Head> | undefined {
    const field = this.#field;
    for (;;) {
      if (!this.#readLine(field, "headersTooLarge")) return this.#stalled();
      if (field.name === "") return this.#finishHead();
      if (this.#fieldsLeft === 0) return this.#fail("tooManyHeaders");
      this.#fieldsLeft -= 1;
      const fault = this.#heads.addField(field);
      if (fault !== undefined) return this.#fail(fault);
    }
  }

  #finishHead(): Head | MalformedMessage {
    const head = this.#heads.finish();
    if (typeof head === "string") return this.#fail(head);
    if (head.isInterim) this.#startHead();
    else this.#startBody(head.framing);
    return head;
  }

  #startBody(framing: BodyFraming): void {
    switch (framing.kind) {
      case "none":
        this.#state = "ended";
        return;
      case "length":
        this.#state = "fixed";
        this.#bodyLeft = framing.bytes;
        return;
      case "chunked":
        this.#state = "chunkSize";
        this.#extensionBytesLeft = this.#limits.maxChunkExtensionBytes;
        return;
      case "untilClose":
      case "tunnel":
        this.#state = "untilClose";
        return;
    }
  }

  #readSized(): Uint8Array | typeof NEED_MORE {
    if (!this.hasUnread) return NEED_MORE;
    const chunk = this.#input.take(this.#bodyLeft);
    this.#bodyLeft -= chunk.byteLength;
    if (this.#bodyLeft === 0) this.#state = this.#state === "fixed" ? "ended" : "chunkEnd";
    return chunk;
  }

  #readChunkSize(): ParserEvent<Head> | undefined {
    this.#input.lineBytesLeft = this.#extensionBytesLeft + MAX_SIZE_LINE_BYTES;
    if (!this.#readLine(this.#chunkLine, "chunkExtensionsTooLarge")) return this.#stalled();
    const { size, extensionBytes } = this.#chunkLine;
    if (extensionBytes > this.#extensionBytesLeft) return this.#fail("chunkExtensionsTooLarge");
    this.#extensionBytesLeft -= extensionBytes;
    if (size === 0) {
      this.#startTrailers();
      return undefined;
    }
    this.#bodyLeft = size;
    this.#state = "chunkData";
    return undefined;
  }

  #readChunkEnd(): ParserEvent<Head> | undefined {
    this.#input.lineBytesLeft = CHUNK_END_BYTES;
    if (!this.#readLine(CHUNK_END, "invalidChunkEnd")) return this.#stalled();
    this.#state = "chunkSize";
    return undefined;
  }

  #startTrailers(): void {
    this.#state = "trailers";
    this.#input.lineBytesLeft = this.#limits.maxTrailerBytes;
    this.#fieldsLeft = this.#limits.maxTrailers;
  }

  #readTrailers(): ParserEvent<Head> | undefined {
    const field = this.#field;
    for (;;) {
      if (!this.#readLine(field, "trailersTooLarge")) return this.#stalled();
      if (field.name === "") {
        this.#state = "ended";
        return undefined;
      }
      if (this.#fieldsLeft === 0) return this.#fail("tooManyTrailers");
      if (FRAMING_FIELDS.has(field.name)) return this.#fail("framingInTrailers");
      this.#fieldsLeft -= 1;
      this.#trailers ??= new HeaderMap();
      this.#trailers.add(field.name, field.value);
    }
  }

  /** Whether a whole line was read; if not, {@link #stalled} says why. */
  #readLine(reader: LineReader, tooLarge: ProtocolFault): boolean {
    const outcome = this.#input.readLine(reader);
    if (outcome === "whole") return true;
    if (outcome !== "incomplete") this.#fail(outcome === "tooLarge" ? tooLarge : outcome);
    return false;
  }

  #stalled(): typeof NEED_MORE | MalformedMessage {
    return this.#malformed ?? NEED_MORE;
  }

  #fail(fault: ProtocolFault): MalformedMessage {
    this.#state = "failed";
    this.#malformed = new MalformedMessage(fault);
    return this.#malformed;
  }
}

const CHUNK_END = new ChunkEnd();
const CHUNK_END_BYTES = 2;
const MAX_SIZE_LINE_BYTES = MAX_SIZE_DIGITS + CHUNK_END_BYTES;

/** What decides where a message ends or where it goes may not come behind it (RFC 9110 section 6.5.1). */
const FRAMING_FIELDS: ReadonlySet<string> = new Set(["content-length", "host", "transfer-encoding"]);
