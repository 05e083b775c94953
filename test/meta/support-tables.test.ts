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

/** `message`, or `message.field`, for each that Envoy's API does not have. */
function unknownNames({ message, fields }: MessageSupport): readonly string[] {
  const schema = messageSchema(message);
  if (schema === undefined) return [message];
  const known = new Set(schema.fields.map(({ jsonName }) => jsonName));
  return Object.keys(fields)
    .filter((name) => !known.has(name))
    .map((name) => `${message}.${name}`);
}

function reasonsOf({ fields }: MessageSupport): readonly string[] {
  const said = Object.values(fields).flatMap(({ edge, node }) => [edge, node]);
  return said.flatMap((one) => {
    if (one.kind === "supported") return [];
    return one.kind === "approximated" ? one.how : one.why;
  });
}

/** The names of the files below shared/ that hold tables, and their exports. */
async function tableModules(): Promise<readonly (readonly [string, readonly MessageSupport[]])[]> {
  const files = readdirSync(`${ROOT}shared`, { recursive: true, encoding: "utf8" }).filter(
    (name) => /(^|\/|-)support\.ts$/.test(name) && !NO_TABLES.includes(name),
  );
  return Promise.all(
    files.map(async (name) => {
      const module: Record<string, readonly MessageSupport[]> = await import(
        pathToFileURL(`${ROOT}shared/${name}`).href
      );
      return [name, Object.values(module).flat()] as const;
    }),
  );
}

describe("support tables", () => {
  it("ALL_SUPPORT declares no message twice", ({ expect }) => {
    const messages = ALL_SUPPORT.map(({ message }) => message);
    expect(messages.filter((message, position) => messages.indexOf(message) !== position)).toEqual([]);
  });

  it("ALL_SUPPORT names only messages and fields that Envoy has", ({ expect }) => {
    expect(ALL_SUPPORT.flatMap(unknownNames)).toEqual([]);
  });

  it("ALL_SUPPORT gives a reason for all that is not simply supported", ({ expect }) => {
    const reasons = ALL_SUPPORT.flatMap(reasonsOf);
    expect(reasons.length).toBeGreaterThan(0);
    expect(reasons.filter((reason) => reason.length < 10)).toEqual([]);
  });

  it("ALL_SUPPORT collects the tables of every support.ts", async ({ expect }) => {
    const modules = await tableModules();
    const missing = modules.filter(([, tables]) => tables.some((table) => !ALL_SUPPORT.includes(table)));
    expect(modules.length).toBeGreaterThan(5);
    expect(missing.map(([name]) => name)).toEqual([]);
  });
});

describe("docs/config-coverage.md", () => {
  it("renderCoverage gives the committed page: run npm run docs:coverage", ({ expect }) => {
    expect(readFileSync(`${ROOT}docs/config-coverage.md`, "utf8")).toBe(renderCoverage(ALL_SUPPORT));
  });
});
