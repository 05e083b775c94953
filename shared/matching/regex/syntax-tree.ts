import { type ByteSet, onlyMember } from "./byte-set.ts";

/** A regular expression over bytes, without what does not matter to whether a whole text matches: groups and greed. */
export type RegexNode =
  | { readonly kind: "empty" }
  /** The beginning (`^`, `\A`) or the end (`$`, `\z`) of the text. */
  | { readonly kind: "begin" }
  | { readonly kind: "end" }
  /** One byte of a set. */
  | { readonly kind: "set"; readonly set: ByteSet }
  | { readonly kind: "concat"; readonly items: readonly RegexNode[] }
  | { readonly kind: "alternation"; readonly items: readonly RegexNode[] }
  /** `max` is Infinity where there is no upper bound. */
  | { readonly kind: "repeat"; readonly item: RegexNode; readonly min: number; readonly max: number };

export const EMPTY: RegexNode = { kind: "empty" };

/**
 * Removes the anchors of an expression that has to match a whole text: each must stand where nothing can be consumed on its
 * outer side, and is then always true. `undefined` if one stands elsewhere.
 */
export function withoutAnchors(node: RegexNode, isFirst = true, isLast = true): RegexNode | undefined {
  switch (node.kind) {
    case "begin":
      return isFirst ? EMPTY : undefined;
    case "end":
      return isLast ? EMPTY : undefined;
    case "concat": {
      const wide = node.items.map((item) => !isZeroWidth(item));
      const firstWide = wide.includes(true) ? wide.indexOf(true) : wide.length;
      const lastWide = wide.lastIndexOf(true);
      const items = node.items.map((item, at) =>
        withoutAnchors(item, isFirst && at <= firstWide, isLast && at >= lastWide),
      );
      return allDefined(items, (defined) => ({ kind: "concat", items: defined }));
    }
    case "alternation":
      return allDefined(
        node.items.map((item) => withoutAnchors(item, isFirst, isLast)),
        (items) => ({ kind: "alternation", items }),
      );
    case "repeat": {
      const isOnce = node.max <= 1;
      const item = withoutAnchors(node.item, isFirst && isOnce, isLast && isOnce);
      return item && { ...node, item };
    }
    default:
      return node;
  }
}

/** The text that every match begins with; may be empty. */
export function literalPrefixOf(node: RegexNode): string {
  return prefixOf(node).text;
}

interface Prefix {
  readonly text: string;
  /** The node matches this text and no other. */
  readonly isWhole: boolean;
}

const NO_PREFIX: Prefix = { text: "", isWhole: false };

function prefixOf(node: RegexNode): Prefix {
  switch (node.kind) {
    case "set": {
      const byte = onlyMember(node.set);
      return byte === undefined ? NO_PREFIX : { text: String.fromCharCode(byte), isWhole: true };
    }
    case "concat":
      return joinedPrefix(node.items);
    case "alternation":
      return node.items.map(prefixOf).reduce(commonPrefix);
    case "repeat":
      return node.min === 0 ? NO_PREFIX : { text: prefixOf(node.item).text, isWhole: false };
    default:
      return { text: "", isWhole: true };
  }
}

function joinedPrefix(items: readonly RegexNode[]): Prefix {
  let text = "";
  for (const item of items) {
    const next = prefixOf(item);
    text += next.text;
    if (!next.isWhole) return { text, isWhole: false };
  }
  return { text, isWhole: true };
}

function commonPrefix(a: Prefix, b: Prefix): Prefix {
  if (a.text === b.text) return { text: a.text, isWhole: a.isWhole && b.isWhole };
  let length = 0;
  while (length < a.text.length && a.text[length] === b.text[length]) length++;
  return { text: a.text.slice(0, length), isWhole: false };
}

function isZeroWidth(node: RegexNode): boolean {
  switch (node.kind) {
    case "set":
      return false;
    case "concat":
    case "alternation":
      return node.items.every(isZeroWidth);
    case "repeat":
      return isZeroWidth(node.item);
    default:
      return true;
  }
}

function allDefined(
  items: readonly (RegexNode | undefined)[],
  build: (items: RegexNode[]) => RegexNode,
): RegexNode | undefined {
  const defined = items.filter((item) => item !== undefined);
  return defined.length === items.length ? build(defined) : undefined;
}
