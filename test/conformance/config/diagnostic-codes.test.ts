import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, it } from "vitest";
import { CONFIG_CODES } from "../../../shared/schema/diagnostic-codes.ts";

const ROOT = new URL("../../../", import.meta.url);
const CODE = /(?<=["`[])config\.[a-z_]+(?=["`\]])/g;

function codesIn(folder: string): Set<string> {
  const path = fileURLToPath(new URL(folder, ROOT));
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const texts = files.map((file) => readFileSync(`${file.parentPath}/${file.name}`, "utf8"));
  return new Set(texts.flatMap((text) => text.match(CODE) ?? []));
}

function codesUsed(): Set<string> {
  const path = fileURLToPath(new URL("shared/schema", ROOT));
  const sources = readdirSync(path).filter((name) => name.endsWith(".ts") && name !== "diagnostic-codes.ts");
  const load = readFileSync(new URL("shared/config/load.ts", ROOT), "utf8");
  const texts = [load, ...sources.map((name) => readFileSync(`${path}/${name}`, "utf8"))];
  return new Set(texts.flatMap((text) => text.match(CODE) ?? []));
}

describe("CONFIG_CODES", () => {
  const known = Object.keys(CONFIG_CODES);

  it("CONFIG_CODES lists exactly the codes that the loader uses", ({ expect }) => {
    expect([...codesUsed()].toSorted()).toEqual(known.toSorted());
  });

  it("CONFIG_CODES has the meanings of docs/diagnostics.md", ({ expect }) => {
    const text = readFileSync(new URL("docs/diagnostics.md", ROOT), "utf8");
    const rows = text.matchAll(/^\| `(config\.[a-z_]+)` +\| (.*?) +\|$/gm);
    expect(Object.fromEntries([...rows].map(([, code, meaning]) => [code, meaning]))).toEqual(CONFIG_CODES);
  });

  it("CONFIG_CODES has a test for every code", ({ expect }) => {
    const folders = ["test/conformance/config", "test/shared/config", "test/shared/schema"];
    const tested = new Set(folders.flatMap((folder) => [...codesIn(folder)]));
    expect(known.filter((code) => !tested.has(code))).toEqual([]);
  });
});
