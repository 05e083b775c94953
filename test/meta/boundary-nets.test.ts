import { execFile } from "node:child_process";
import { cp, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, it } from "vitest";
import { forbiddenImports, importEdges } from "./layers.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const COPIED = ["shared", "worker", "l4-node", "tsconfig.base.json", ".oxlintrc.json", "package.json"];

/** One violation, and a program that must refuse the tree because of it. */
interface Planted {
  readonly file: string;
  readonly source: string;
  readonly refusedBy: "types" | "lint" | "layers";
  readonly saying: RegExp;
}

const PLANTED: readonly Planted[] = [
  { file: "shared/base/planted.ts", source: "setTimeout(() => {}, 1);", refusedBy: "types", saying: /setTimeout/ },
  { file: "shared/base/planted.ts", source: 'fetch("http://a/");', refusedBy: "types", saying: /fetch/ },
  { file: "shared/base/planted.ts", source: "console.log(1);", refusedBy: "types", saying: /console/ },
  { file: "shared/base/planted.ts", source: "process.exit(1);", refusedBy: "types", saying: /process/ },
  { file: "shared/base/planted.ts", source: 'import "node:fs";', refusedBy: "types", saying: /node:fs/ },
  { file: "shared/base/planted.ts", source: "Buffer.from([1]);", refusedBy: "types", saying: /Buffer/ },
  { file: "worker/planted.ts", source: 'import "node:net";', refusedBy: "lint", saying: /no-restricted-imports/ },
  { file: "shared/base/planted.ts", source: 'import "node:fs";', refusedBy: "lint", saying: /no-restricted-imports/ },
  {
    file: "shared/base/planted.ts",
    source: 'import "../../worker/index.ts";',
    refusedBy: "lint",
    saying: /no-restricted-imports/,
  },
  {
    file: "shared/base/planted.ts",
    source: "export const now: number = Date.now();",
    refusedBy: "lint",
    saying: /no-restricted-globals/,
  },
  {
    file: "shared/base/planted.ts",
    source: "export const luck: number = Math.random();",
    refusedBy: "lint",
    saying: /no-restricted-properties/,
  },
  {
    file: "shared/base/planted.ts",
    source: 'export const made: unknown = new Function("1");',
    refusedBy: "lint",
    saying: /no-new-func/,
  },
  {
    file: "shared/base/planted.ts",
    source: 'import "../http/header-map.ts";',
    refusedBy: "layers",
    saying: /planted\.ts -> shared\/http/,
  },
  {
    file: "worker/planted.ts",
    source: 'import "../l4-node/main.ts";',
    refusedBy: "layers",
    saying: /planted\.ts -> l4-node/,
  },
];

describe("the boundary of shared/", () => {
  let copy = "";

  beforeAll(async () => {
    copy = await mkdtemp(join(tmpdir(), "nuncio-nets-"));
    await Promise.all(COPIED.map((name) => cp(join(ROOT, name), join(copy, name), { recursive: true })));
    await symlink(join(ROOT, "node_modules"), join(copy, "node_modules"));
  });

  afterAll(() => rm(copy, { recursive: true }));

  const bin = (name: string): string => join(ROOT, "node_modules", ".bin", name);

  function output(program: string, args: readonly string[]): Promise<string> {
    return new Promise((resolve) => {
      execFile(program, args, { cwd: copy }, (_error, stdout, stderr) => resolve(stdout + stderr));
    });
  }

  function verdict({ refusedBy, file }: Planted): Promise<string> {
    switch (refusedBy) {
      case "types":
        return output(bin("tsc"), ["-p", file.split("/")[0] ?? ""]);
      case "lint":
        return output(bin("oxlint"), [file]);
      case "layers":
        return Promise.resolve(forbiddenImports(importEdges(copy)).join("\n"));
    }
  }

  it.for(PLANTED)("$refusedBy refuses $source in $file", async (planted, { expect }) => {
    const file = join(copy, planted.file);
    await writeFile(file, `${planted.source}\nexport {};\n`);
    const said = await verdict(planted);
    await rm(file);
    expect(said).toMatch(planted.saying);
  });

  it("the tree without a planted violation passes all three", async ({ expect }) => {
    expect(await output(bin("tsc"), ["-p", "shared"])).toBe("");
    expect(forbiddenImports(importEdges(copy))).toEqual([]);
  });
});
