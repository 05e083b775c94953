import table from "./envoy-api.json" with { type: "json" };

/** The numbers, kinds and limits of one field's validation rules, under the names that protoc-gen-validate gives them. */
export interface RuleRow {
  readonly required?: boolean;
  readonly skip?: boolean;
  readonly ignore_empty?: boolean;
  readonly const?: string | number | boolean;
  readonly in?: readonly (string | number)[];
  readonly not_in?: readonly (string | number)[];
  /** Numbers as such, durations as "0.001s", 64-bit integers beyond 2^53 as strings. */
  readonly gt?: number | string;
  readonly gte?: number | string;
  readonly lt?: number | string;
  readonly lte?: number | string;
  readonly min_len?: number;
  readonly max_len?: number;
  readonly min_bytes?: number;
  readonly max_bytes?: number;
  readonly prefix?: string;
  readonly suffix?: string;
  readonly pattern?: string;
  /** HTTP_HEADER_NAME or HTTP_HEADER_VALUE. */
  readonly well_known_regex?: string;
  readonly strict?: boolean;
  readonly defined_only?: boolean;
  readonly min_items?: number;
  readonly max_items?: number;
  readonly unique?: boolean;
  readonly items?: RuleRow;
  readonly min_pairs?: number;
  readonly keys?: RuleRow;
  readonly values?: RuleRow;
}

/** One field as the table holds it; flags that are absent are false. */
export interface FieldRow {
  /** Field number on the wire. */
  readonly n: number;
  /** A scalar name or the full name of a message or enum; `[]` before it means repeated, `{key}` before it means a map. */
  readonly t: string;
  /** The JSON name, where it does not follow from the proto name. */
  readonly json?: string;
  readonly oneof?: string;
  readonly optional?: boolean;
  readonly deprecated?: boolean;
  readonly disallowed?: boolean;
  readonly sensitive?: boolean;
  readonly wip?: boolean;
  readonly rules?: RuleRow;
}

export interface MessageRow {
  readonly fields?: { readonly [protoName: string]: FieldRow };
  readonly requiredOneofs?: readonly string[];
  /** Names of fields that Envoy has removed. */
  readonly reserved?: readonly string[];
  readonly deprecated?: boolean;
  readonly wip?: boolean;
  /** Rules are not applied to this message. */
  readonly unchecked?: boolean;
}

export interface EnumRow {
  readonly values: { readonly [name: string]: number };
  readonly deprecated?: readonly string[];
  readonly disallowed?: readonly string[];
}

export interface ApiTable {
  /** Module and version from which the table was made. */
  readonly source: string;
  readonly enums: { readonly [fullName: string]: EnumRow };
  readonly messages: { readonly [fullName: string]: MessageRow };
}

/** Envoy's v3 API as data; `npm run schema:update` makes the file. */
export const apiTable: ApiTable = table;
