import { apiTable } from "./api-table.ts";

export interface EnumSchema {
  readonly fullName: string;
  /** Numbers by name, in order of declaration. */
  readonly numbers: ReadonlyMap<string, number>;
  /** Names by number; of two names for one number, the first. */
  readonly names: ReadonlyMap<number, string>;
  /** Declared names by their upper-case form: Envoy reads enum names in any case. */
  readonly foldedNames: ReadonlyMap<string, string>;
  readonly deprecated: ReadonlySet<string>;
  readonly disallowed: ReadonlySet<string>;
}

const cache = new Map<string, EnumSchema>();

/** The schema of an enum by its full proto name, or undefined where Envoy's API has none. */
export function enumSchema(fullName: string): EnumSchema | undefined {
  const known = cache.get(fullName);
  if (known !== undefined) return known;
  if (!Object.hasOwn(apiTable.enums, fullName)) return undefined;
  const row = apiTable.enums[fullName];
  if (row === undefined) return undefined;
  const entries = Object.entries(row.values);
  const built: EnumSchema = {
    fullName,
    numbers: new Map(entries),
    names: new Map(entries.map(([name, number]) => [number, name] as const).reverse()),
    foldedNames: new Map(entries.map(([name]) => [name.toUpperCase(), name])),
    deprecated: new Set(row.deprecated),
    disallowed: new Set(row.disallowed),
  };
  cache.set(fullName, built);
  return built;
}
