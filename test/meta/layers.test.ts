import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, it } from "vitest";
import { forbiddenImports, importEdges, LAYERS } from "./layers.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

describe("layers", () => {
  const edges = importEdges(ROOT);

  it("importEdges finds the imports it is to judge", ({ expect }) => {
    expect(edges.length).toBeGreaterThan(50);
  });

  it("forbiddenImports finds none in the tree", ({ expect }) => {
    expect(forbiddenImports(edges)).toEqual([]);
  });

  it.for([
    { from: "shared/base/result.ts", to: "shared/http/header-map.ts" },
    { from: "shared/http/header-map.ts", to: "shared/router/route.ts" },
    { from: "shared/filters/http/cors/cors.ts", to: "shared/filters/http/buffer/buffer.ts" },
    { from: "shared/proxy/resources.ts", to: "worker/index.ts" },
    { from: "worker/index.ts", to: "l4-node/main.ts" },
    { from: "l4-node/main.ts", to: "test/support/fakes.ts" },
    { from: "shared/unknown-folder/file.ts", to: "shared/base/result.ts" },
  ])("forbiddenImports refuses $from -> $to", (edge, { expect }) => {
    expect(forbiddenImports([edge])).toHaveLength(1);
  });

  it("ARCHITECTURE.md names every folder with its layer", ({ expect }) => {
    const architecture = readFileSync(`${ROOT}/ARCHITECTURE.md`, "utf8").replaceAll(/ +/g, " ");
    const rows = LAYERS.map(({ folder, layer }) => `| ${layer} | \`${folder}\` |`);
    expect(rows.filter((row) => !architecture.includes(row))).toEqual([]);
  });
});
