import { asciiLowerCase } from "../matching/string-matcher.ts";
import type { PathShape } from "./path-shape.ts";

/** Beyond this many conditions only some of their combinations are looked at; a lint may miss what it cannot afford. */
const MAX_COMBINED = 4;

/**
 * Remembers routes and finds the first that takes every request of another: one that is for all of its paths and asks for nothing
 * that the other does not ask for. Look-ups do not depend on how many routes there are.
 */
export class RouteCover<T> {
  readonly #routes = new Map<string, T>();
  /** Lengths of the texts there are, so that only those are looked up. */
  readonly #lengths = new Set<number>();

  add(shape: PathShape, conditions: readonly string[], route: T): void {
    this.#lengths.add(shape.text.length);
    const key = keyOf(shape.kind, shape.ignoreCase, shape.text, conditions);
    if (!this.#routes.has(key)) this.#routes.set(key, route);
  }

  /** A route that leaves nothing over for one of this shape with these conditions. */
  find(shape: PathShape, conditions: readonly string[]): T | undefined {
    const choices = subsets(conditions);
    for (const [kind, ignoreCase, text] of this.#coveringPaths(shape)) {
      for (const chosen of choices) {
        const route = this.#routes.get(keyOf(kind, ignoreCase, text, chosen));
        if (route !== undefined) return route;
      }
    }
    return undefined;
  }

  *#coveringPaths(shape: PathShape): Generator<readonly [PathShape["kind"], boolean, string]> {
    yield [shape.kind, shape.ignoreCase, shape.text];
    if (shape.kind === "connect") return;
    const folded = asciiLowerCase(shape.begin);
    if (shape.kind === "exact") yield ["exact", true, folded];
    for (const length of this.#lengths) {
      if (length > shape.begin.length) continue;
      const text = shape.begin.slice(0, length);
      // A route that minds case does not cover one that does not, unless its own text has no letters.
      const isCovering = !shape.ignoreCase || !/[a-zA-Z]/.test(text);
      for (const kind of kindsFor(shape, length)) {
        if (isCovering) yield [kind, false, text];
        yield [kind, true, folded.slice(0, length)];
      }
    }
  }
}

/** By which kinds of specifier the first `length` characters of a shape's paths are enough to match. */
function kindsFor(shape: PathShape, length: number): readonly PathShape["kind"][] {
  const endsThere = length === shape.begin.length && (shape.kind === "exact" || shape.kind === "separated");
  return endsThere || shape.begin[length] === "/" ? ["prefix", "separated"] : ["prefix"];
}

function keyOf(kind: string, ignoreCase: boolean, text: string, conditions: readonly string[]): string {
  return [kind, ignoreCase ? "i" : "", text, ...conditions].join("\0");
}

function subsets(conditions: readonly string[]): readonly (readonly string[])[] {
  if (conditions.length > MAX_COMBINED) return [[], ...conditions.map((condition) => [condition]), conditions];
  let found: string[][] = [[]];
  for (const condition of conditions) found = [...found, ...found.map((chosen) => [...chosen, condition])];
  return found;
}
