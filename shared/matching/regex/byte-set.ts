/** A set of bytes: 256 entries, 1 for each member. Immutable by convention. */
export type ByteSet = Uint8Array;

/** The set of everything between the pairs, ends included: `byteSet(0x30, 0x39)` are the digits. */
export function byteSet(...ranges: readonly number[]): ByteSet {
  const set = new Uint8Array(256);
  for (let at = 0; at + 1 < ranges.length; at += 2) set.fill(1, ranges[at], (ranges[at + 1] ?? 0) + 1);
  return set;
}

/** The set of one byte; the same object each time, since patterns are mostly literals. */
export function singleByte(byte: number): ByteSet {
  const known = SINGLES[byte];
  if (known !== undefined) return known;
  const set = byteSet(byte, byte);
  SINGLES[byte] = set;
  return set;
}

const SINGLES: ByteSet[] = [];

export function unionOf(sets: readonly ByteSet[]): ByteSet {
  const [only] = sets;
  if (sets.length === 1 && only !== undefined) return only;
  return Uint8Array.from({ length: 256 }, (_, byte) => (sets.some((set) => set[byte] === 1) ? 1 : 0));
}

export function complementOf(set: ByteSet): ByteSet {
  return set.map((member) => 1 - member);
}

/** Adds to each letter its other case, as Unicode's simple case folding pairs them within Latin-1. */
export function caseFolded(set: ByteSet): ByteSet {
  return set.map((member, byte) => (member === 1 || (isCasedLetter(byte) && set[byte ^ 0x20] === 1) ? 1 : 0));
}

/** The only member; `undefined` if there are none or several. */
export function onlyMember(set: ByteSet): number | undefined {
  const first = set.indexOf(1);
  return first >= 0 && set.indexOf(1, first + 1) < 0 ? first : undefined;
}

/** In Latin-1 the cases of a letter differ in one bit. Three pairs of codes are none: the cases of ß and ÿ are elsewhere. */
function isCasedLetter(byte: number): boolean {
  const upper = byte & ~0x20;
  if (upper >= 0x41 && upper <= 0x5a) return true;
  return upper >= 0xc0 && upper <= 0xde && upper !== 0xd7;
}
