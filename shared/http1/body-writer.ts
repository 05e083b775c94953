import type { HeaderMap } from "../http/header-map.ts";
import { type HeaderCase, lowerCase } from "./header-case.ts";
import { latin1Bytes } from "./latin1.ts";
import type { BodyFraming } from "./message-head.ts";
import { renderFields } from "./render-head.ts";

/** Why a body cannot be written as its head promised. The connection has to go: the other side still waits for the promise. */
export type BodyFault = "tooLong" | "tooShort" | "invalidTrailers";

/** Writes the body of one message as its head said. Nothing is copied: what comes back is to be sent in its order. */
export class BodyWriter {
  readonly #framing: BodyFraming;
  readonly #headerCase: HeaderCase;
  #lengthLeft: number;
  #isFirst = true;

  /** `headerCase` is for trailers; default: lower case. */
  constructor(framing: BodyFraming, headerCase: HeaderCase = lowerCase) {
    this.#framing = framing;
    this.#headerCase = headerCase;
    this.#lengthLeft = framing.kind === "length" ? framing.bytes : 0;
  }

  /** Whether trailers have a place in this body; if not, they are lost. */
  get carriesTrailers(): boolean {
    return this.#framing.kind === "chunked";
  }

  /** What to send for a chunk of the body; `chunk` is not empty, which would end a chunked body. */
  data(chunk: Uint8Array): readonly Uint8Array[] | BodyFault {
    switch (this.#framing.kind) {
      case "none":
        return "tooLong";
      case "length":
        if (chunk.byteLength > this.#lengthLeft) return "tooLong";
        this.#lengthLeft -= chunk.byteLength;
        return [chunk];
      case "chunked":
        return [this.#chunkStart(chunk.byteLength), chunk];
      case "untilClose":
      case "tunnel":
        return [chunk];
    }
  }

  /** What to send at the body's end; may be empty. */
  end(trailers: HeaderMap | undefined): readonly Uint8Array[] | BodyFault {
    if (this.#framing.kind === "length" && this.#lengthLeft > 0) return "tooShort";
    if (this.#framing.kind !== "chunked") return [];
    const text = trailers === undefined ? "" : trailerLines(trailers, this.#headerCase);
    if (text === undefined) return "invalidTrailers";
    return [latin1Bytes(`${this.#isFirst ? "" : "\r\n"}0\r\n${text}\r\n`)];
  }

  /** The line end that closes the chunk before goes with the size of the next one. */
  #chunkStart(byteLength: number): Uint8Array {
    const before = this.#isFirst ? "" : "\r\n";
    this.#isFirst = false;
    return latin1Bytes(`${before}${byteLength.toString(16)}\r\n`);
  }
}

function trailerLines(trailers: HeaderMap, headerCase: HeaderCase): string | undefined {
  const fields = renderFields(trailers, headerCase);
  return "invalid" in fields ? undefined : fields.text;
}
