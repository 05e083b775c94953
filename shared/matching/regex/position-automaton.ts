import type { ByteSet } from "./byte-set.ts";
import type { RegexNode } from "./syntax-tree.ts";

/** More positions than this, or more edges, are not worth an automaton of our own. */
const MAX_POSITIONS = 1000;
const MAX_EDGES = 65_536;

/**
 * Glushkov's automaton of an expression: a position for each place in it that consumes a byte, and 0 for "nothing consumed
 * yet". Having consumed at p, only the positions in `follow[p]` can consume the next byte. It has no empty transitions.
 */
export interface PositionAutomaton {
  /** What each position consumes; index 0 is unused and consumes nothing. */
  readonly sets: readonly ByteSet[];
  readonly follow: readonly (readonly number[])[];
  /** Whether the text may end after a position. */
  readonly accepting: readonly boolean[];
}

/** Builds the automaton of an expression without anchors; `undefined` if it would be too large. */
export function buildPositionAutomaton(root: RegexNode): PositionAutomaton | undefined {
  try {
    return new PositionBuilder().build(root);
  } catch (error) {
    if (error instanceof TooLarge) return undefined;
    throw error;
  }
}

/** Leaves the builder; never leaves this file. */
class TooLarge extends Error {}

/** What the construction needs to know of a part: whether it matches nothing at all, where it begins and where it ends. */
interface Part {
  readonly nullable: boolean;
  readonly first: readonly number[];
  readonly last: readonly number[];
}

const NOTHING: Part = { nullable: true, first: [], last: [] };

class PositionBuilder {
  readonly #sets: ByteSet[] = [new Uint8Array(256)];
  readonly #follow: Set<number>[] = [new Set()];
  #edges = 0;

  build(root: RegexNode): PositionAutomaton {
    const whole = this.#part(root);
    this.#connect([0], whole.first);
    const ends = new Set(whole.last);
    return {
      sets: this.#sets,
      follow: this.#follow.map((positions) => [...positions]),
      accepting: this.#sets.map((_, position) => (position === 0 ? whole.nullable : ends.has(position))),
    };
  }

  #part(node: RegexNode): Part {
    switch (node.kind) {
      case "set":
        return this.#position(node.set);
      case "concat":
        return node.items.reduce((before: Part, item) => this.#joined(before, this.#part(item)), NOTHING);
      case "alternation":
        return either(node.items.map((item) => this.#part(item)));
      case "repeat":
        return this.#repeated(node.item, node.min, node.max);
      default:
        return NOTHING;
    }
  }

  #position(set: ByteSet): Part {
    const position = this.#sets.push(set) - 1;
    if (position > MAX_POSITIONS) throw new TooLarge();
    this.#follow.push(new Set());
    return { nullable: false, first: [position], last: [position] };
  }

  #joined(before: Part, after: Part): Part {
    this.#connect(before.last, after.first);
    return {
      nullable: before.nullable && after.nullable,
      first: before.nullable ? [...before.first, ...after.first] : before.first,
      last: after.nullable ? [...before.last, ...after.last] : after.last,
    };
  }

  /** `x{2,}` is `xx+`; `x{2,4}` is `xx(x(x)?)?`, nested so that the number of edges stays linear. */
  #repeated(item: RegexNode, min: number, max: number): Part {
    let part = NOTHING;
    const copies = max === Infinity ? Math.max(min - 1, 0) : min;
    for (let count = 0; count < copies; count++) part = this.#joined(part, this.#part(item));
    if (max !== Infinity) return this.#joined(part, this.#optional(item, max - min));
    const loop = this.#part(item);
    this.#connect(loop.last, loop.first);
    return this.#joined(part, min === 0 ? { ...loop, nullable: true } : loop);
  }

  /** `((x)?x)?` read from the inside out. */
  #optional(item: RegexNode, count: number): Part {
    const parts = Array.from({ length: count }, () => this.#part(item));
    return parts.reduceRight((inner: Part, part) => ({ ...this.#joined(part, inner), nullable: true }), NOTHING);
  }

  #connect(from: readonly number[], to: readonly number[]): void {
    this.#edges += from.length * to.length;
    if (this.#edges > MAX_EDGES) throw new TooLarge();
    for (const position of from) for (const next of to) this.#follow[position]?.add(next);
  }
}

function either(parts: readonly Part[]): Part {
  return {
    nullable: parts.some((part) => part.nullable),
    first: parts.flatMap((part) => part.first),
    last: parts.flatMap((part) => part.last),
  };
}
