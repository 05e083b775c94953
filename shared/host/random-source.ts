/** Random numbers as the host gives them; tests and route tables under test give fixed ones. */
export interface RandomSource {
  /** Uniform in [0, 2^32). */
  uint32(): number;
  /** A version 4 UUID in lower case (RFC 9562 section 5.4). */
  uuid(): string;
}
