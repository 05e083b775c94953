import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, it } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A code as it is reported, declared beside its kin, or typed. */
const REPORTED = /(?:\.(?:error|warning)\([^;]*?|\bcode: (?:"[a-z_.]+" \| )*)"([a-z_]+\.[a-z_]+)"/g;
const LOADING = /"(config\.[a-z_]+)"/g;
const DOCUMENTED = /^[|-] `([a-z_]+\.[a-z_]+)`/gm;

function sources(): readonly string[] {
  return ["shared", "l4-node", "worker"].flatMap((top) =>
    readdirSync(`${ROOT}${top}`, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts") && !name.endsWith("envoy-types.ts"))
      .map((name) => readFileSync(`${ROOT}${top}/${name}`, "utf8")),
  );
}

function found(texts: readonly string[], pattern: RegExp): readonly string[] {
  return texts.flatMap((text) => [...text.matchAll(pattern)].map(([, code = ""]) => code));
}

describe("docs/diagnostics.md", () => {
  const texts = sources();
  const used = [...new Set([...found(texts, REPORTED), ...found(texts, LOADING)])].toSorted();
  const documented = found([readFileSync(`${ROOT}docs/diagnostics.md`, "utf8")], DOCUMENTED);

  it("has each code that the sources report", ({ expect }) => {
    expect(used.length).toBeGreaterThan(30);
    expect(used.filter((code) => !documented.includes(code))).toEqual([]);
  });

  it("has no code that nothing reports", ({ expect }) => {
    expect(documented.filter((code) => !used.includes(code))).toEqual([]);
  });

  it("has no code twice", ({ expect }) => {
    expect(documented.filter((code, position) => documented.indexOf(code) !== position)).toEqual([]);
  });
});
