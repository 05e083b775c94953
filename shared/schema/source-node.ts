// The form that YAML, JSON and binary protobuf share: values with the place where they stand. Reading it into canonical JSON
// needs the schema; making it does not (binary protobuf excepted, whose fields have only numbers).

export interface NullNode {
  readonly kind: "null";
  readonly offset: number;
}

export interface BoolNode {
  readonly kind: "bool";
  readonly value: boolean;
  readonly offset: number;
}

/** A number as it was written: the field decides what it becomes, so no digit is lost on the way. */
export interface NumberNode {
  readonly kind: "number";
  readonly text: string;
  readonly offset: number;
}

export interface StringNode {
  readonly kind: "string";
  readonly text: string;
  readonly offset: number;
}

export interface ListNode {
  readonly kind: "list";
  readonly items: readonly SourceNode[];
  readonly offset: number;
}

export interface MapEntry {
  readonly key: string;
  readonly keyOffset: number;
  readonly value: SourceNode;
}

export interface MapNode {
  readonly kind: "map";
  /** Each key once; of equal keys the last, as Envoy reads them. */
  readonly entries: readonly MapEntry[];
  /** The keys that were given more than once. */
  readonly duplicates?: readonly string[];
  readonly offset: number;
}

/** `offset` counts UTF-16 units from the start of the text; -1 where the source is not text. Nodes may be shared (aliases). */
export type SourceNode = NullNode | BoolNode | NumberNode | StringNode | ListNode | MapNode;

/** A node in the words of a message: `the string "x"`, `a list`. */
export function describeNode(node: SourceNode): string {
  switch (node.kind) {
    case "null":
      return "null";
    case "bool":
      return String(node.value);
    case "number":
      return `the number ${shorten(node.text)}`;
    case "string":
      return JSON.stringify(shorten(node.text));
    case "list":
      return "a list";
    case "map":
      return "an object";
  }
}

/** Long values are cut: a message is read by a person. */
export function shorten(text: string, longest = 80): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}

/** The entry of a key. */
export function entryOf(node: SourceNode, key: string): MapEntry | undefined {
  return node.kind === "map" ? node.entries.find((entry) => entry.key === key) : undefined;
}

/** Keeps the last entry of each key and notes which keys were given again. */
export function createMapNode(entries: readonly MapEntry[], offset: number): MapNode {
  const byKey = new Map(entries.map((entry) => [entry.key, entry]));
  if (byKey.size === entries.length) return { kind: "map", entries, offset };
  const seen = new Set<string>();
  const again = entries.filter(({ key }) => seen.has(key) || !seen.add(key));
  const duplicates = [...new Set(again.map((entry) => entry.key))];
  return { kind: "map", entries: [...byKey.values()], duplicates, offset };
}
