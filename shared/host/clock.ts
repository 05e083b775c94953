/** Time as the host gives it. The core reads no other clock. */
export interface Clock {
  /** Milliseconds from an arbitrary start; never goes back. On Workers it stands still between I/O. */
  monotonicMs(): number;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  wallMs(): number;
}
