import { err, ok, type Result } from "../base/result.ts";
import { type EnumSchema, enumSchema } from "./enum-schema.ts";
import { nearestName } from "./nearest-name.ts";
import type { Refusal } from "./scalars.ts";
import { shorten, type SourceNode } from "./source-node.ts";

export interface EnumRefusal extends Refusal {
  readonly hint: string | undefined;
}

/** The values are listed in a message where a reader takes them in at a glance. */
const MOST_LISTED = 8;

/**
 * Reads an enum value by its name in any case or by its number, quoted or not, and gives the declared name. A number that the
 * enum does not declare is refused, also where Envoy's own rules would let it through: nothing could be done with it.
 */
export function readEnum(type: string, node: SourceNode): Result<string | null, EnumRefusal> {
  const schema = enumSchema(type);
  if (type === "google.protobuf.NullValue") return ok(null);
  if (schema === undefined || (node.kind !== "string" && node.kind !== "number")) return refuse(schema, undefined);
  const name = schema.foldedNames.get(node.text.toUpperCase()) ?? schema.names.get(enumNumber(node.text));
  return name === undefined ? refuse(schema, node.text) : ok(name);
}

function enumNumber(text: string): number {
  return /^-?\d{1,10}$/.test(text) ? Number(text) : NaN;
}

function refuse(schema: EnumSchema | undefined, got: string | undefined): Result<never, EnumRefusal> {
  const names = [...(schema?.numbers.keys() ?? [])];
  const listed = names.slice(0, MOST_LISTED).join(", ");
  const nearest = got === undefined ? undefined : nearestName(shorten(got), names);
  return err({
    code: "config.enum",
    expected: names.length > MOST_LISTED ? `one of ${listed}, …` : `one of ${listed}`,
    hint: nearest === undefined ? undefined : `did you mean ${nearest}?`,
  });
}
