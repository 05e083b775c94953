import type { HeaderMap } from "../http/header-map.ts";
import type { CandidateGroup } from "./candidate-group.ts";
import type { CandidateMerge } from "./candidate-merge.ts";

/**
 * Groups of routes by the prefix that they want, as a radix tree: a look-up costs the length of the path, whatever the number of
 * prefixes. Built once, then only read.
 */
export class PrefixTree {
  readonly #root: Node;

  constructor(groups: ReadonlyMap<string, CandidateGroup>) {
    this.#root = buildNode(0, [...groups.keys()].toSorted(), groups);
  }

  /** Adds the routes whose prefix `text` begins with. */
  collect(text: string, headers: HeaderMap, into: CandidateMerge): void {
    let node: Node | undefined = this.#root;
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

/** `keys` are in order and share at least their first `start` characters, which the nodes above stand for. */
function buildNode(start: number, keys: readonly string[], groups: ReadonlyMap<string, CandidateGroup>): Node {
  const text = commonPrefix(keys[0] ?? "", keys.at(-1) ?? "");
  const longer = keys.filter((key) => key.length > text.length);
  const byCode = Map.groupBy(longer, (key) => key.charCodeAt(text.length));
  const codes = [...byCode.keys()];
  const firstCode = codes[0] ?? 0;
  const span = codes.length === 0 ? 0 : (codes.at(-1) ?? 0) - firstCode + 1;
  const children = Array.from({ length: span }, (_, offset) => {
    const below = byCode.get(firstCode + offset);
    return below && buildNode(text.length, below, groups);
  });
  return { label: text.slice(start), group: groups.get(text), children, firstCode };
}

/** Of texts in order, what the first and the last share is shared by all. */
function commonPrefix(first: string, last: string): string {
  let length = 0;
  while (length < first.length && first[length] === last[length]) length += 1;
  return first.slice(0, length);
}
