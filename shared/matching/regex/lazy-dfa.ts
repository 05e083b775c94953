import type { ByteSet } from "./byte-set.ts";
import type { PositionAutomaton } from "./position-automaton.ts";

/** In the table: not computed yet. */
const UNKNOWN = 0;
/** The state from which nothing can match. */
const DEAD = 1;
const START = 2;

const FIRST_STATES = 16;

/**
 * Decides whether a whole text matches, reading each byte once: the deterministic automaton of a {@link PositionAutomaton},
 * made state by state as texts need it. There is nothing to go back to, so the time is linear in the text whatever the
 * pattern; a step that is not in the table yet costs at most one pass over the positions.
 *
 * Some patterns have exponentially many states (`.*a.{20}`). The table therefore has a bound; when it is full it is cleared
 * and the match goes on from where it is.
 */
export class LazyDfa {
  readonly #automaton: PositionAutomaton;
  readonly #maxStates: number;
  /** Bytes that no set of the pattern tells apart share a column. */
  #columnOf: Uint8Array = new Uint8Array(0);
  /** One byte of each column. */
  #samples: readonly number[] = [];
  readonly #states = new Map<string, number>();
  #positions: (readonly number[])[] = [];
  #accepting: boolean[] = [];
  #table: Uint16Array = new Uint16Array(0);
  #computedSteps = 0;

  /** `maxStates` bounds memory: two bytes for each state and column. */
  constructor(automaton: PositionAutomaton, maxStates = 1024) {
    this.#automaton = automaton;
    this.#maxStates = maxStates;
  }

  /** How many steps were not in the table so far; what a match costs beyond one look-up a byte. */
  get computedSteps(): number {
    return this.#computedSteps;
  }

  /** States in the table, never more than the bound. */
  get stateCount(): number {
    return this.#positions.length;
  }

  /** A code unit above 0xFF is no byte, so a text that has one does not match. */
  fullMatch(text: string): boolean {
    if (this.#samples.length === 0) this.#start();
    const columnOf = this.#columnOf;
    const columns = this.#samples.length;
    let table = this.#table;
    let state = START;
    for (let at = 0; at < text.length; at++) {
      const column = columnOf[text.charCodeAt(at)];
      if (column === undefined) return false;
      let next = table[state * columns + column] ?? UNKNOWN;
      if (next === UNKNOWN) {
        next = this.#step(state, column);
        table = this.#table;
      }
      if (next === DEAD) return false;
      state = next;
    }
    return this.#accepting[state] ?? false;
  }

  /** Not before the first text comes: of a large route table, most patterns never see one. */
  #start(): void {
    const { columnOf, samples } = columnsOf(this.#automaton.sets);
    this.#columnOf = columnOf;
    this.#samples = samples;
    this.#clear();
  }

  #step(state: number, column: number): number {
    this.#computedSteps += 1;
    const { sets, follow } = this.#automaton;
    const byte = this.#samples[column] ?? 0;
    const reached = new Set<number>();
    for (const position of this.#positions[state] ?? []) {
      for (const next of follow[position] ?? []) if (sets[next]?.[byte] === 1) reached.add(next);
    }
    const positions = [...reached].sort((a, b) => a - b);
    const key = positions.join();
    const known = this.#states.get(key);
    if (known === undefined && this.#positions.length >= this.#maxStates) {
      this.#clear();
      return this.#add(positions, key);
    }
    const target = known ?? this.#add(positions, key);
    this.#table[state * this.#samples.length + column] = target;
    return target;
  }

  #add(positions: readonly number[], key: string): number {
    const state = this.#positions.push(positions) - 1;
    this.#states.set(key, state);
    this.#accepting.push(positions.some((position) => this.#automaton.accepting[position]));
    if (this.#table.length < this.#positions.length * this.#samples.length) this.#grow();
    return state;
  }

  #grow(): void {
    const states = Math.min(this.#maxStates, Math.max(FIRST_STATES, this.#positions.length * 2));
    const grown = new Uint16Array(states * this.#samples.length);
    grown.set(this.#table);
    this.#table = grown;
  }

  #clear(): void {
    this.#states.clear();
    this.#table.fill(UNKNOWN);
    this.#positions = [[]];
    this.#accepting = [false];
    this.#add([], "");
    this.#add([0], "0");
  }
}

/** Parts the bytes into classes whose members are in the same sets, by splitting with one set after another. */
function columnsOf(sets: readonly ByteSet[]): { columnOf: Uint8Array; samples: number[] } {
  let columnOf = new Uint8Array(256);
  let samples = [0];
  for (const set of new Set(sets)) {
    const split = new Map<number, number>();
    samples = [];
    columnOf = columnOf.map((column, byte) => {
      const part = column * 2 + (set[byte] ?? 0);
      const known = split.get(part);
      if (known !== undefined) return known;
      split.set(part, samples.push(byte) - 1);
      return samples.length - 1;
    });
  }
  return { columnOf, samples };
}
