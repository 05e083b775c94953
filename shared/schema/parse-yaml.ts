import { type Document, isAlias, isMap, isScalar, isSeq, type ParsedNode, parseAllDocuments, type Scalar } from "yaml";
import { err, ok, type Result } from "../base/result.ts";
import { createMapNode, type MapEntry, type SourceNode } from "./source-node.ts";
import { type LoadLimits, SourceError, type SourceProblem, type SourceTree, TreeBudget } from "./source-tree.ts";
import { readPlainScalar } from "./yaml-scalar.ts";

/** A finished anchor: its node is shared, its cost is paid again at every alias. */
interface Anchor {
  readonly node: SourceNode;
  readonly nodes: number;
  readonly height: number;
}

interface Converted extends Anchor {}

/**
 * Parses YAML as Envoy does (yaml-cpp, checked against Envoy 1.39): plain scalars by YAML 1.1 rules, aliases expanded, `<<` an
 * ordinary key, keys tagged `!ignore` dropped, of equal keys the last. Unlike Envoy, which reads the first of several
 * documents in silence, more than one is refused.
 */
export function parseYaml(text: string, limits: LoadLimits): Result<SourceTree, SourceProblem> {
  try {
    guardSize(text, limits);
    const root = new YamlConverter(limits).document(parseOnly(text, limits));
    return ok({ format: "yaml", root });
  } catch (error) {
    if (error instanceof SourceError) return err(error.problem);
    throw error;
  }
}

function tooDeep({ maxDepth }: LoadLimits, offset: number): SourceError {
  return new SourceError("config.limit", `nested more than ${maxDepth} levels deep`, offset);
}

/** The parser builds its whole tree before we see any of it. No value goes without one of these characters around it. */
function guardSize(text: string, { maxYamlElements }: LoadLimits): void {
  let separators = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === NEWLINE || code === COMMA || code === OPEN_BRACKET || code === OPEN_BRACE) separators += 1;
  }
  if (separators <= maxYamlElements) return;
  throw new SourceError("config.limit", `more than ${maxYamlElements} lines and elements of YAML`, -1);
}

const NEWLINE = 0x0a;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const OPEN_BRACE = 0x7b;

function parseOnly(text: string, limits: LoadLimits): Document.Parsed | undefined {
  const documents = parseAllDocuments(text, {
    schema: "failsafe",
    logLevel: "silent",
    prettyErrors: false,
    uniqueKeys: false,
  });
  if (!Array.isArray(documents)) return undefined;
  const [first, second] = documents;
  const problem = first?.errors[0];
  if (problem !== undefined) {
    // The parser recurses, and reports the end of the stack as a mistake in the text: far beyond our limit, in any case.
    if (/call stack/i.test(problem.message)) throw tooDeep(limits, problem.pos[0]);
    const message = problem.message.charAt(0).toLowerCase() + problem.message.slice(1);
    throw new SourceError("config.syntax", message, problem.pos[0]);
  }
  if (second !== undefined) {
    const message = "expected one YAML document, got more: Envoy would read the first one only";
    throw new SourceError("config.multiple_documents", message, second.range[0]);
  }
  return first;
}

class YamlConverter {
  readonly #budget: TreeBudget;
  /** Undefined while the anchored value is still open: an alias to it would be a cycle. */
  readonly #anchors = new Map<string, Anchor | undefined>();

  constructor(limits: LoadLimits) {
    this.#budget = new TreeBudget(limits);
  }

  document(document: Document.Parsed | undefined): SourceNode {
    const contents = document?.contents;
    if (contents === undefined || contents === null) return { kind: "null", offset: 0 };
    return this.#convert(contents, 1).node;
  }

  #convert(node: ParsedNode, depth: number): Converted {
    if (isAlias(node)) return this.#alias(node.source, node.range[0], depth);
    this.#budget.spend(1, depth, node.range[0]);
    const { anchor } = node;
    if (anchor === undefined) return this.#value(node, depth);
    this.#anchors.set(anchor, undefined);
    const converted = this.#value(node, depth);
    this.#anchors.set(anchor, converted);
    return converted;
  }

  #alias(name: string, offset: number, depth: number): Converted {
    const anchor = this.#anchors.get(name);
    if (anchor === undefined) {
      const text = this.#anchors.has(name)
        ? `the alias *${name} stands inside its own anchor`
        : `no anchor &${name} before the alias`;
      throw new SourceError("config.syntax", text, offset);
    }
    this.#budget.spend(anchor.nodes, depth + anchor.height - 1, offset);
    return anchor;
  }

  #value(node: ParsedNode, depth: number): Converted {
    const offset = node.range[0];
    if (isScalar(node)) return { node: scalarNode(node, offset), nodes: 1, height: 1 };
    const size = new SizeOfChildren();
    if (isSeq(node)) {
      const items = node.items.map((item) => size.add(this.#convert(item, depth + 1)));
      return { node: { kind: "list", items, offset }, ...size.total() };
    }
    const entries: MapEntry[] = [];
    for (const pair of isMap(node) ? node.items : []) {
      const value = pair.value === null ? nullEntry(pair.key.range[1]) : this.#convert(pair.value, depth + 1);
      // An ignored key may hold an anchor, so its value is converted all the same.
      if (pair.key.tag === "!ignore") continue;
      entries.push({ key: this.#key(pair.key), keyOffset: pair.key.range[0], value: size.add(value) });
    }
    return { node: createMapNode(entries, offset), ...size.total() };
  }

  #key(key: ParsedNode): string {
    const node = this.#convert(key, 1).node;
    if (node.kind === "null") return "null";
    if (isScalar(key)) return textOf(key);
    if (isAlias(key) && node.kind === "string") return node.text;
    throw new SourceError("config.syntax", "expected a key of plain text, got a list or an object", key.range[0]);
  }
}

class SizeOfChildren {
  #nodes = 1;
  #height = 0;

  add(child: Converted): SourceNode {
    this.#nodes += child.nodes;
    this.#height = Math.max(this.#height, child.height);
    return child.node;
  }

  total(): { readonly nodes: number; readonly height: number } {
    return { nodes: this.#nodes, height: this.#height + 1 };
  }
}

function nullEntry(offset: number): Converted {
  return { node: { kind: "null", offset }, nodes: 1, height: 1 };
}

function scalarNode(node: Scalar.Parsed, offset: number): SourceNode {
  const text = textOf(node);
  if (node.type !== "PLAIN") return { kind: "string", text, offset };
  return readPlainScalar(text, { offset, tagged: node.tag !== undefined });
}

function textOf(node: Scalar.Parsed): string {
  return typeof node.value === "string" ? node.value : (node.source ?? "");
}
