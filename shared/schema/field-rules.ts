import type { RuleRow } from "./api-table.ts";
import type { ConfigCode } from "./diagnostic-codes.ts";
import { compareDurations, parseDuration } from "./duration.ts";
import { enumSchema } from "./enum-schema.ts";
import type { JsonValue } from "./json-value.ts";
import { isInteger64, type Refusal } from "./scalars.ts";
import { wrappedType } from "./well-known-types.ts";

/** One rule of a field as a test of its value; the first that fails is the one to report. */
interface RuleTest {
  readonly code: ConfigCode;
  readonly expected: string;
  readonly passes: boolean;
}

/**
 * Applies the rules of Envoy's API (protoc-gen-validate) to one canonical value: a scalar, an enum value, a duration or what a
 * wrapper holds. Undefined when all hold.
 */
export function findViolation(value: JsonValue, type: string, rules: RuleRow): Refusal | undefined {
  const tests = testsFor(value, wrappedType(type) ?? type, rules);
  const failed = tests.find((test) => !test.passes);
  return failed && { code: failed.code, expected: failed.expected };
}

function testsFor(value: JsonValue, type: string, rules: RuleRow): RuleTest[] {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  if (type === "string") return stringTests(text, rules);
  if (type === "bytes") return lengthTests(base64Length(text), "byte", { min: rules.min_len, max: rules.max_len });
  if (type === "bool") return constTests(value, rules);
  if (type === "google.protobuf.Duration") return durationTests(text, rules);
  if (type === "google.protobuf.Timestamp") return [];
  const enumeration = enumSchema(type);
  if (enumeration !== undefined) return enumTests(enumeration.numbers.get(text) ?? 0, rules, enumeration.names);
  return numberTests(text, type, rules);
}

function constTests(value: JsonValue, rules: RuleRow): RuleTest[] {
  return rules.const === undefined ? [] : [range(`${rules.const}`, value === rules.const)];
}

function range(expected: string, passes: boolean): RuleTest {
  return { code: "config.range", expected, passes };
}

function numberTests(text: string, type: string, rules: RuleRow): RuleTest[] {
  const read = isInteger64(type) ? BigInt : Number;
  return [...boundTests(rules, (bound) => compareNumbers(read(text), read(bound))), ...setTests(Number(text), rules)];
}

function compareNumbers(a: number | bigint, b: number | bigint): number {
  if (a === b) return 0;
  return a < b ? -1 : a > b ? 1 : NaN;
}

function durationTests(value: string, rules: RuleRow): RuleTest[] {
  const parsed = parseDuration(value);
  if (parsed === undefined) return [];
  const compare = (bound: number | string): number => {
    const limit = parseDuration(String(bound));
    return limit === undefined ? NaN : compareDurations(parsed, limit);
  };
  return [range("a duration of 0s or more", parsed.seconds >= 0 && parsed.nanos >= 0), ...boundTests(rules, compare)];
}

/** @param compare the value against a bound; NaN, for a value that is not a number, passes no test */
function boundTests(rules: RuleRow, compare: (bound: number | string) => number): RuleTest[] {
  const { gt, gte, lt, lte } = rules;
  const tests: RuleTest[] = [];
  if (gt !== undefined) tests.push(range(`a value above ${gt}`, compare(gt) > 0));
  if (gte !== undefined) tests.push(range(`a value of at least ${gte}`, compare(gte) >= 0));
  if (lt !== undefined) tests.push(range(`a value below ${lt}`, compare(lt) < 0));
  if (lte !== undefined) tests.push(range(`a value of at most ${lte}`, compare(lte) <= 0));
  return isInverted(rules) ? [eitherOf(tests)] : tests;
}

/** An upper bound below the lower one leaves out what is between them. */
function isInverted({ gt, gte, lt, lte }: RuleRow): boolean {
  const lower = gt ?? gte;
  const upper = lt ?? lte;
  return lower !== undefined && upper !== undefined && Number.parseFloat(`${upper}`) < Number.parseFloat(`${lower}`);
}

function eitherOf(tests: readonly RuleTest[]): RuleTest {
  const expected = tests.map((test) => test.expected).join(" or ");
  const passes = tests.some((test) => test.passes);
  return range(expected, passes);
}

function setTests(value: JsonValue, rules: RuleRow): RuleTest[] {
  const tests = constTests(value, rules);
  const listed = (set: readonly (string | number)[]): boolean => set.some((member) => member === value);
  if (rules.in !== undefined) tests.push(range(`one of ${rules.in.join(", ")}`, listed(rules.in)));
  if (rules.not_in !== undefined) tests.push(range(`none of ${rules.not_in.join(", ")}`, !listed(rules.not_in)));
  return tests;
}

function enumTests(number: number, rules: RuleRow, names: ReadonlyMap<number, string>): RuleTest[] {
  const tests: RuleTest[] = [];
  const name = (value: string | number): string => names.get(Number(value)) ?? String(value);
  if (rules.in !== undefined) tests.push(range(`one of ${rules.in.map(name).join(", ")}`, rules.in.includes(number)));
  const { not_in: excluded } = rules;
  if (excluded !== undefined) {
    tests.push(range(`a value other than ${excluded.map(name).join(", ")}`, !excluded.includes(number)));
  }
  return tests;
}

function stringTests(value: string, rules: RuleRow): RuleTest[] {
  const tests = [
    ...lengthTests(characterCount(value), "character", { min: rules.min_len, max: rules.max_len }),
    ...lengthTests(utf8Length(value), "byte", { min: rules.min_bytes, max: rules.max_bytes }),
    ...setTests(value, rules),
  ];
  const { prefix, suffix } = rules;
  if (prefix !== undefined) tests.push(form(`a string that begins with "${prefix}"`, value.startsWith(prefix)));
  if (suffix !== undefined) tests.push(form(`a string that ends with "${suffix}"`, value.endsWith(suffix)));
  const pattern = patternOf(rules);
  if (pattern !== undefined) tests.push(form(pattern.expected, pattern.regex.test(value)));
  return tests;
}

function form(expected: string, passes: boolean): RuleTest {
  return { code: "config.pattern", expected, passes };
}

interface Pattern {
  readonly expected: string;
  readonly regex: RegExp;
}

/** What protoc-gen-validate defines for its well-known forms; "loose" is its `strict: false`. */
const HEADER_FORMS: ReadonlyMap<string, Pattern> = new Map([
  ["HTTP_HEADER_NAME", { expected: "a header name", regex: /^:?[0-9a-zA-Z!#$%&'*+\-.^_|~`]+$/ }],
  ["HTTP_HEADER_NAME loose", { expected: "a header name without NUL or line ends", regex: /^[^\0\n\r]*$/ }],
  ["HTTP_HEADER_VALUE", { expected: "a header value", regex: /^[\t\P{Cc}\u0080-\u009f]*$/u }],
  ["HTTP_HEADER_VALUE loose", { expected: "a header value without NUL or line ends", regex: /^[^\0\n\r]*$/ }],
]);

const compiled = new Map<string, RegExp>();

function patternOf(rules: RuleRow): Pattern | undefined {
  if (rules.well_known_regex !== undefined) {
    return HEADER_FORMS.get(rules.strict === false ? `${rules.well_known_regex} loose` : rules.well_known_regex);
  }
  if (rules.pattern === undefined) return undefined;
  const regex = compiled.get(rules.pattern) ?? new RegExp(rules.pattern, "u");
  compiled.set(rules.pattern, regex);
  return { expected: `a string of the form ${rules.pattern}`, regex };
}

interface LengthBounds {
  readonly min: number | undefined;
  readonly max: number | undefined;
}

function lengthTests(length: number, unit: string, { min, max }: LengthBounds): RuleTest[] {
  const tests: RuleTest[] = [];
  const count = (number: number): string => `${number} ${unit}${number === 1 ? "" : "s"}`;
  if (min !== undefined)
    tests.push({ code: "config.length", expected: `at least ${count(min)}`, passes: length >= min });
  if (max !== undefined)
    tests.push({ code: "config.length", expected: `at most ${count(max)}`, passes: length <= max });
  return tests;
}

function base64Length(text: string): number {
  return Math.floor((text.replace(/=+$/, "").length * 3) / 4);
}

/** Unicode code points, as protobuf counts. */
function characterCount(text: string): number {
  return text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);
}

function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
  }
  return bytes;
}
