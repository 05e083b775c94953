import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const TOP = ["shared", "worker", "l4-node", "test", "config", "docs", "scripts", "tools"];

/** Every page that is kept by hand, as paths from the root. */
const PAGES = [
  ...readdirSync(ROOT).filter((name) => name.endsWith(".md")),
  ...TOP.flatMap((top) =>
    readdirSync(join(ROOT, top), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".md") && !name.includes("node_modules"))
      .map((name) => join(top, name)),
  ),
];

function matches(page: string, pattern: RegExp): readonly string[] {
  const text = readFileSync(join(ROOT, page), "utf8");
  return [...text.matchAll(pattern)].map(([, found = ""]) => found);
}

describe.for(PAGES)("%s", (page) => {
  it("links to files that are there", ({ expect }) => {
    const links = matches(page, /\]\((?!https?:)([^)#\s]+)/g);
    expect(links.filter((link) => !existsSync(join(ROOT, dirname(page), link)))).toEqual([]);
  });

  it("names files and folders that are there", ({ expect }) => {
    const names = matches(page, /`((?:shared|worker|l4-node|test|config|docs|scripts|tools)\/[\w./-]*)`/g);
    expect(names.filter((name) => !existsSync(join(ROOT, name)))).toEqual([]);
  });

  it("names npm scripts that are there", ({ expect }) => {
    const scripts = matches(page, /\bnpm run (?:-s )?([\w:]+)/g);
    expect(scripts.filter((script) => !Object.hasOwn(manifest.scripts, script))).toEqual([]);
  });
});

describe("pages", () => {
  it("are found", ({ expect }) => {
    expect(PAGES).toEqual(expect.arrayContaining(["README.md", "ARCHITECTURE.md", "docs/diagnostics.md"]));
  });
});
