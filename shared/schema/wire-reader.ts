import { SourceError } from "./source-tree.ts";

/** Protobuf wire types (protobuf documentation, "Encoding"); groups, 3 and 4, do not occur in proto3. */
export const VARINT = 0;
export const FIXED64 = 1;
export const LENGTH_DELIMITED = 2;
export const FIXED32 = 5;

/** The value of a field as it stands on the wire: bits for the number types, bytes for what has a length. */
export interface WireValue {
  readonly wireType: number;
  /** Unsigned, 64 bits at most. */
  readonly bits: bigint;
  readonly bytes: Uint8Array;
}

export interface WireField {
  readonly number: number;
  readonly value: WireValue;
}

const MAX_VARINT_BYTES = 10;
const NO_BYTES = new Uint8Array();

/** Reads the protobuf wire format from bytes it never looks beyond. Every read throws SourceError where the bytes end too soon. */
export class WireReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  field(): WireField {
    const tag = this.#varint();
    const number = Number(tag >> 3n);
    if (number === 0 || number > MAX_FIELD_NUMBER) throw malformed(`the field number ${number}`);
    return { number, value: this.value(Number(tag & 7n)) };
  }

  value(wireType: number): WireValue {
    switch (wireType) {
      case VARINT:
        return { wireType, bits: this.#varint(), bytes: NO_BYTES };
      case FIXED64:
        return { wireType, bits: this.#view.getBigUint64(this.#take(8), true), bytes: NO_BYTES };
      case FIXED32:
        return { wireType, bits: BigInt(this.#view.getUint32(this.#take(4), true)), bytes: NO_BYTES };
      case LENGTH_DELIMITED:
        return { wireType, bits: 0n, bytes: this.#lengthDelimited() };
      default:
        throw malformed(`the wire type ${wireType}`);
    }
  }

  /** Bits beyond 64 are dropped, as protobuf does. */
  #varint(): bigint {
    let value = 0n;
    for (let index = 0; index < MAX_VARINT_BYTES; index += 1) {
      const byte = this.#view.getUint8(this.#take(1));
      value |= BigInt(byte & 0x7f) << BigInt(7 * index);
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw malformed("an integer of more than 10 bytes");
  }

  #lengthDelimited(): Uint8Array {
    const length = this.#varint();
    if (length > BigInt(this.#bytes.length - this.#at)) throw malformed("a field that is longer than what holds it");
    const start = this.#take(Number(length));
    return this.#bytes.subarray(start, this.#at);
  }

  /** Moves on and gives the place before. */
  #take(length: number): number {
    const start = this.#at;
    if (start + length > this.#bytes.length) throw malformed("the end in the middle of a field");
    this.#at += length;
    return start;
  }
}

const MAX_FIELD_NUMBER = 2 ** 29 - 1;

export function malformed(found: string): SourceError {
  return new SourceError("config.syntax", `expected binary protobuf, got ${found}`, -1);
}
