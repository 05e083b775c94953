import type { PositionIndex } from "../diagnostics/collector.ts";
import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { SourcePosition } from "../diagnostics/diagnostic.ts";
import type { MapEntry, MapNode, SourceNode } from "./source-node.ts";
import { isTypedStruct, typeNameOf } from "./type-url.ts";

interface Place {
  readonly node: SourceNode;
  /** Where the key stands, for a field; where the value stands, for a list element. */
  readonly offset: number;
}

/**
 * Finds canonical paths in the tree that the configuration was read from. Nothing is indexed: a path is walked when somebody
 * asks, which happens for problems only.
 */
export class SourcePositions implements PositionIndex {
  readonly #file: string;
  readonly #root: SourceNode;
  readonly #lines: LineIndex;

  constructor(file: string, text: string, root: SourceNode) {
    this.#file = file;
    this.#root = root;
    this.#lines = new LineIndex(text);
  }

  find(path: ConfigPath): SourcePosition | undefined {
    let place: Place = { node: this.#root, offset: this.#root.offset };
    for (const step of pathSteps(path)) {
      const next = stepInto(place, step);
      if (next === undefined) break;
      place = next;
    }
    return this.positionOf(place.offset);
  }

  positionOf(offset: number): SourcePosition | undefined {
    return offset < 0 ? undefined : { file: this.#file, ...this.#lines.lineAndColumn(offset) };
  }
}

/** The steps of a path from the root, as keys of canonical JSON. */
export function pathSteps(path: ConfigPath): string[] {
  const pointer = path.pointer();
  if (pointer === "") return [];
  const steps = pointer.slice(1).split("/");
  return steps.map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function stepInto({ node, offset }: Place, step: string): Place | undefined {
  if (node.kind === "list") {
    const item = node.items[Number(step)];
    return item && { node: item, offset: item.offset };
  }
  if (node.kind === "map") {
    const inner = contentOf(node);
    const found = inner.kind === "map" ? findEntry(inner, step) : undefined;
    if (found !== undefined) return { node: found.value, offset: found.keyOffset };
  }
  // A value that stands where a list is expected is the list's only element.
  return step === "0" ? { node, offset } : undefined;
}

/** The entries of an object by their key as it is, and by the key without case and underscores. */
interface KeyIndex {
  readonly exact: ReadonlyMap<string, MapEntry>;
  readonly folded: ReadonlyMap<string, MapEntry>;
}

const keyIndexes = new WeakMap<MapNode, KeyIndex>();

/** Built when somebody first asks: many problems may stand in one large object. */
function keyIndexOf(node: MapNode): KeyIndex {
  const known = keyIndexes.get(node);
  if (known !== undefined) return known;
  const built: KeyIndex = {
    exact: new Map(node.entries.map((entry) => [entry.key, entry])),
    folded: new Map(node.entries.map((entry) => [fold(entry.key), entry])),
  };
  keyIndexes.set(node, built);
  return built;
}

function findEntry(node: MapNode, step: string): MapEntry | undefined {
  const { exact, folded } = keyIndexOf(node);
  return exact.get(step) ?? folded.get(fold(step));
}

function fold(key: string): string {
  return key.replaceAll("_", "").toLowerCase();
}

/** The configuration in a TypedStruct has its path without the wrapper. */
function contentOf(node: MapNode): SourceNode {
  const type = node.entries.find(({ key }) => key === "@type")?.value;
  if (type?.kind !== "string" || !isTypedStruct(typeNameOf(type.text))) return node;
  return node.entries.find(({ key }) => key === "value")?.value ?? node;
}

class LineIndex {
  readonly #starts: number[] = [0];

  constructor(text: string) {
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) this.#starts.push(at + 1);
  }

  /** Both count from 1; a column is a UTF-16 unit, as editors count. */
  lineAndColumn(offset: number): { readonly line: number; readonly column: number } {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] ?? Infinity) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 };
  }
}
