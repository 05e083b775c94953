import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, it } from "vitest";
import { renderCoverage } from "../../scripts/coverage-page.ts";
import type { MessageSupport } from "../../shared/config/support.ts";
import { ALL_SUPPORT } from "../../shared/proxy/support.ts";
import { messageSchema } from "../../shared/schema/message-schema.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** The declaration, the check and the collection itself are not tables. */
const NO_TABLES = ["config/support.ts", "config/check-support.ts", "proxy/support.ts"];

describe("support tables", () => {
  it("ALL_SUPPORT declares no message twice", ({ expect }) => {
    const messages = ALL_SUPPORT.map(({ message }) => message);
    expect(messages.filter((message, position) => messages.indexOf(message) !== position)).toEqual([]);
  });

  it("ALL_SUPPORT names only messages and fields that Envoy has", ({ expect }) => {
    const unknown = ALL_SUPPORT.flatMap(({ message, fields }) => {
      const known = new Set(messageSchema(message)?.fields.map(({ jsonName }) => jsonName));
      if (messageSchema(message) === undefined) return [message];
      return Object.keys(fields)
        .filter((name) => !known.has(name))
        .map((name) => `${message}.${name}`);
    });
    expect(unknown).toEqual([]);
  });

  it("ALL_SUPPORT gives a reason for all that is not simply supported", ({ expect }) => {
    const reasons = ALL_SUPPORT.flatMap(({ fields }) => Object.values(fields))
      .flatMap(({ edge, node }) => [edge, node])
      .flatMap((said) => (said.kind === "supported" ? [] : [said.kind === "approximated" ? said.how : said.why]));
    expect(reasons.length).toBeGreaterThan(0);
    expect(reasons.filter((reason) => reason.length < 10)).toEqual([]);
  });

  it("ALL_SUPPORT collects the tables of every support.ts", async ({ expect }) => {
    const files = readdirSync(`${ROOT}shared`, { recursive: true, encoding: "utf8" }).filter(
      (name) => /(^|\/|-)support\.ts$/.test(name) && !NO_TABLES.includes(name),
    );
    const modules: Record<string, Readonly<Record<string, readonly MessageSupport[]>>> = Object.fromEntries(
      await Promise.all(files.map(async (name) => [name, await import(pathToFileURL(`${ROOT}shared/${name}`).href)])),
    );
    const missing = Object.entries(modules).filter(([, module]) =>
      Object.values(module).some((tables) => tables.some((table) => !ALL_SUPPORT.includes(table))),
    );
    expect(missing.map(([name]) => name)).toEqual([]);
  });
});

describe("docs/config-coverage.md", () => {
  it("renderCoverage gives the committed page: run npm run docs:coverage", ({ expect }) => {
    expect(readFileSync(`${ROOT}docs/config-coverage.md`, "utf8")).toBe(renderCoverage(ALL_SUPPORT));
  });
});
