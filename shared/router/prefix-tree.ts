import type { HeaderMap } from "../http/header-map.ts";
import type { CandidateGroup } from "./candidate-group.ts";
import type { CandidateMerge } from "./candidate-merge.ts";

/**
 * Groups of routes by the prefix that they want, as a radix tree: a look-up costs the length of the path, whatever the number of
 * prefixes. Built once, then only read.
 */
export class PrefixTree {
  readonly #root: Node | undefined;

  constructor(groups: ReadonlyMap<string, CandidateGroup>) {
    this.#root = buildTree([...groups.keys()].toSorted(), groups);
  }

  /** Adds the routes whose prefix `text` begins with. */
  collect(text: string, headers: HeaderMap, into: CandidateMerge): void {
    let node = this.#root;
    for (let at = 0; node !== undefined && text.startsWith(node.label, at);) {
      node.group?.collect(headers, into);
      at += node.label.length;
      node = node.children[text.charCodeAt(at) - node.firstCode];
    }
  }
}

interface Node {
  /** What it adds to the texts of the nodes above. */
  readonly label: string;
  readonly group: CandidateGroup | undefined;
  /** By the first character of the label, counted from `firstCode`: characters in use lie close together. */
  readonly children: readonly (Node | undefined)[];
  readonly firstCode: number;
}

/** A node to be made for a run of keys that share their first `start` characters, which the nodes above it stand for. */
interface Pending {
  readonly siblings: (Node | undefined)[];
  readonly place: number;
  readonly start: number;
  readonly keys: readonly string[];
}

/** `keys` are in order. Without recursion, since prefixes may be nested as deep as they are long. */
function buildTree(keys: readonly string[], groups: ReadonlyMap<string, CandidateGroup>): Node | undefined {
  const top: (Node | undefined)[] = [];
  const pending: Pending[] = [{ siblings: top, place: 0, start: 0, keys }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const text = commonPrefix(next.keys[0] ?? "", next.keys.at(-1) ?? "");
    const longer = next.keys[0] === text ? next.keys.slice(1) : next.keys;
    const codeAt = (key: string | undefined): number => key?.charCodeAt(text.length) ?? 0;
    const firstCode = codeAt(longer[0]);
    const span = longer.length === 0 ? 0 : codeAt(longer.at(-1)) - firstCode + 1;
    const children: (Node | undefined)[] = Array.from({ length: span });
    next.siblings[next.place] = { label: text.slice(next.start), group: groups.get(text), children, firstCode };
    for (const [code, run] of Map.groupBy(longer, codeAt)) {
      pending.push({ siblings: children, place: code - firstCode, start: text.length, keys: run });
    }
  }
  return top[0];
}

/** Of texts in order, what the first and the last share is shared by all. */
function commonPrefix(first: string, last: string): string {
  let length = 0;
  while (length < first.length && first[length] === last[length]) length += 1;
  return first.slice(0, length);
}
