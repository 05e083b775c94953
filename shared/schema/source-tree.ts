import type { ConfigCode } from "./diagnostic-codes.ts";
import type { SourceNode } from "./source-node.ts";

export type ConfigFormat = "yaml" | "json" | "binary";

/** What a source is read with: it stops a hostile or mistaken file before it costs memory or time. */
export interface LoadLimits {
  /** Bytes of the source. Default 64 MiB: ten times the largest tables in use. */
  readonly maxBytes: number;
  /** Levels of nesting, aliases expanded. Default 100, protobuf's own limit for JSON. */
  readonly maxDepth: number;
  /** Values, aliases expanded. Default 2,000,000: 100,000 routes of 20 values, and less than 1 GiB of memory. */
  readonly maxNodes: number;
  /** Lines and elements of a YAML text, whose parser takes nearly 2 kB for each. Default 1,000,000: 50,000 routes. */
  readonly maxYamlElements: number;
  /** Errors, and as many warnings, that are reported one by one. Default 1,000: more than anybody reads. */
  readonly maxProblems: number;
}

export const DEFAULT_LIMITS: LoadLimits = {
  maxBytes: 64 * 1024 * 1024,
  maxDepth: 100,
  maxNodes: 2_000_000,
  maxYamlElements: 1_000_000,
  maxProblems: 1_000,
};

/** A source that has been parsed, but not yet compared with the schema. */
export interface SourceTree {
  readonly format: ConfigFormat;
  readonly root: SourceNode;
}

/** Why a text cannot be parsed at all; `offset` in UTF-16 units, -1 where there is no place to name. */
export interface SourceProblem {
  readonly code: ConfigCode;
  readonly message: string;
  readonly offset: number;
}

/** Counts values and levels while a tree is built. */
export class TreeBudget {
  readonly #limits: LoadLimits;
  #nodes = 0;

  constructor(limits: LoadLimits) {
    this.#limits = limits;
  }

  /** @throws SourceError when this many more values, reaching this deep, are too much */
  spend(nodes: number, depth: number, offset: number): void {
    const { maxDepth, maxNodes } = this.#limits;
    if (depth > maxDepth) throw new SourceError("config.limit", `nested more than ${maxDepth} levels deep`, offset);
    this.#nodes += nodes;
    if (this.#nodes > maxNodes)
      throw new SourceError("config.limit", `more than ${maxNodes} values, aliases expanded`, offset);
  }
}

/** Ends the parse of a source from any depth; caught where the parse began, never seen by callers. */
export class SourceError extends Error {
  override readonly name = "SourceError";
  readonly problem: SourceProblem;

  constructor(code: ConfigCode, message: string, offset: number) {
    super(message);
    this.problem = { code, message, offset };
  }
}
