import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** A folder and what it may import beside itself; `*` stands for everything below. The order is the layering. */
export interface LayerRule {
  readonly folder: string;
  readonly layer: number;
  readonly mayImport: readonly string[];
}

const LAYER_0 = ["shared/base", "shared/hash"];
const LAYER_1 = ["shared/host", "shared/diagnostics", "shared/schema", "shared/stats", "shared/http", "shared/net"];
const LAYER_2 = ["shared/config", "shared/matching", "shared/formatter", "shared/http1"];
const LAYER_3 = [
  "shared/router",
  "shared/tracing",
  "shared/upstream",
  "shared/access-log",
  "shared/http-filter",
  "shared/network-filter",
];
const UP_TO_1 = [...LAYER_0, "shared/buffer", ...LAYER_1];
const UP_TO_2 = [...UP_TO_1, ...LAYER_2];

/** The table in ARCHITECTURE.md, as data. */
export const LAYERS: readonly LayerRule[] = [
  { folder: "shared/base", layer: 0, mayImport: [] },
  { folder: "shared/hash", layer: 0, mayImport: [] },
  { folder: "shared/buffer", layer: 0, mayImport: LAYER_0 },
  ...LAYER_1.map((folder) => ({ folder, layer: 1, mayImport: UP_TO_1 })),
  ...LAYER_2.map((folder) => ({ folder, layer: 2, mayImport: UP_TO_2 })),
  ...LAYER_3.map((folder) => ({
    folder,
    layer: 3,
    mayImport: folder === "shared/http-filter" ? [...UP_TO_2, "shared/router"] : UP_TO_2,
  })),
  { folder: "shared/filters/http/*", layer: 4, mayImport: [...UP_TO_2, ...LAYER_3] },
  { folder: "shared/filters/network/*", layer: 4, mayImport: [...UP_TO_2, ...LAYER_3] },
  { folder: "shared/hcm", layer: 4, mayImport: [...UP_TO_2, ...LAYER_3] },
  { folder: "shared/route-check", layer: 4, mayImport: [...UP_TO_2, ...LAYER_3] },
  { folder: "shared/lint", layer: 4, mayImport: [...UP_TO_2, ...LAYER_3] },
  { folder: "shared/proxy", layer: 5, mayImport: ["shared/*"] },
  { folder: "worker", layer: 6, mayImport: ["shared/*"] },
  { folder: "l4-node", layer: 6, mayImport: ["shared/*"] },
];

export interface ImportEdge {
  readonly from: string;
  readonly to: string;
}

/** Every relative import between source files below `root`, as paths relative to it. */
export function importEdges(root: string): ImportEdge[] {
  return ["shared", "worker", "l4-node"]
    .flatMap((top) => sourceFiles(join(root, top)))
    .flatMap((file) => {
      const imports = readFileSync(file, "utf8").matchAll(/(?:from|import\(|import)\s*"(\.{1,2}\/[^"]+\.ts)"/g);
      return [...imports].map(([, target = ""]) => ({
        from: relative(root, file),
        to: relative(root, join(dirname(file), target)),
      }));
    });
}

/** The imports that the table forbids, each as `from -> to`. */
export function forbiddenImports(edges: readonly ImportEdge[]): string[] {
  return edges.filter((edge) => !isAllowed(edge)).map(({ from, to }) => `${from} -> ${to}`);
}

function isAllowed({ from, to }: ImportEdge): boolean {
  const rule = LAYERS.find(({ folder }) => covers(folder, from));
  if (rule === undefined) return false;
  if (sameUnit(rule.folder, from, to)) return true;
  return rule.mayImport.some((folder) => covers(folder, to));
}

/** One filter never imports another: below a `*` the unit is the filter's own folder. */
function sameUnit(folder: string, from: string, to: string): boolean {
  if (!folder.endsWith("/*")) return covers(folder, to);
  const depth = folder.split("/").length;
  const unit = from.split("/").slice(0, depth).join("/");
  return to.startsWith(`${unit}/`);
}

function covers(folder: string, path: string): boolean {
  const prefix = folder.endsWith("/*") ? folder.slice(0, -1) : `${folder}/`;
  return path.startsWith(prefix);
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.includes("node_modules"))
    .map((name) => join(folder, name));
}
