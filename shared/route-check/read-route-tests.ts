import { err, ok, type Result } from "../base/result.ts";
import { loadConfig } from "../config/load.ts";
import { renderDiagnostic } from "../diagnostics/render.ts";
import type { HeaderMatcher } from "../schema/envoy-types.ts";
import type { RouteExpectation, RouteTest, RouteTestInput } from "./check-route.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Fields by their proto names; in each place only these are known. */
const TEST_FIELDS = ["test_name", "input", "validate"];
const INPUT_FIELDS = [
  "authority",
  "path",
  "method",
  "internal",
  "ssl",
  "random_value",
  "runtime",
  "additional_request_headers",
  "additional_response_headers",
];
const TEXT_EXPECTATIONS = {
  cluster_name: "clusterName",
  virtual_cluster_name: "virtualClusterName",
  virtual_host_name: "virtualHostName",
  path_rewrite: "pathRewrite",
  host_rewrite: "hostRewrite",
  path_redirect: "pathRedirect",
} as const;
const MATCH_FIELDS = ["request_header_matches", "response_header_matches"];

/** Thrown and caught in this file only. */
class Refusal extends Error {
  override readonly name = "Refusal";
}

/**
 * Reads tests in the format of Envoy's `router_check_tool` from parsed YAML or JSON: `{ tests: [{ test_name, input, validate }] }`.
 * A field that is not known is refused by name.
 */
export function readRouteTests(data: unknown): Result<readonly RouteTest[], string> {
  try {
    const { tests } = fieldsOf(data, ["tests"], "the file");
    return ok(listOf(tests, "tests").map((test, at) => readTest(test, `tests[${at}]`)));
  } catch (error) {
    if (error instanceof Refusal) return err(error.message);
    throw error;
  }
}

function readTest(data: unknown, where: string): RouteTest {
  const fields = fieldsOf(data, TEST_FIELDS, where);
  return {
    name: textOf(fields["test_name"], `${where}.test_name`),
    input: readInput(fields["input"], `${where}.input`),
    validate: readExpectation(fields["validate"], `${where}.validate`),
  };
}

function readInput(data: unknown, where: string): RouteTestInput {
  const fields = fieldsOf(data, INPUT_FIELDS, where);
  const headers = (name: string): (readonly [string, string])[] =>
    listOf(fields[name], `${where}.${name}`).map((header, at) => readHeader(header, `${where}.${name}[${at}]`));
  return {
    authority: textOf(fields["authority"], `${where}.authority`),
    path: textOf(fields["path"], `${where}.path`),
    method: textOf(fields["method"] ?? "GET", `${where}.method`),
    internal: fields["internal"] === true,
    ssl: fields["ssl"] === true,
    randomValue: wholeNumber(fields["random_value"] ?? 0, `${where}.random_value`),
    runtime: textOf(fields["runtime"] ?? "", `${where}.runtime`),
    additionalRequestHeaders: headers("additional_request_headers"),
    additionalResponseHeaders: headers("additional_response_headers"),
  };
}

function readHeader(data: unknown, where: string): readonly [string, string] {
  const { key, value } = fieldsOf(data, ["key", "value"], where);
  return [textOf(key, `${where}.key`), textOf(value ?? "", `${where}.value`)];
}

function readExpectation(data: unknown, where: string): RouteExpectation {
  const fields = fieldsOf(data, [...Object.keys(TEXT_EXPECTATIONS), ...MATCH_FIELDS], where);
  const texts = Object.entries(TEXT_EXPECTATIONS)
    .filter(([name]) => fields[name] !== undefined)
    .map(([name, property]) => [property, textOf(fields[name], `${where}.${name}`)] as const);
  const matchers = (name: string): HeaderMatcher[] =>
    listOf(fields[name], `${where}.${name}`).map((matcher, at) => readMatcher(matcher, `${where}.${name}[${at}]`));
  return {
    ...Object.fromEntries(texts),
    requestHeaderMatches: matchers("request_header_matches"),
    responseHeaderMatches: matchers("response_header_matches"),
  };
}

/** A message of Envoy's, read and checked like any configuration. */
function readMatcher(data: unknown, where: string): HeaderMatcher {
  const options = { file: where, format: "json", message: "envoy.config.route.v3.HeaderMatcher" } as const;
  const { json, diagnostics } = loadConfig<HeaderMatcher>(JSON.stringify(data), options);
  const problem = diagnostics.find(({ severity }) => severity === "error");
  if (problem !== undefined) throw new Refusal(`${where}: ${renderDiagnostic({ ...problem, position: undefined })}`);
  return json;
}

function fieldsOf(data: unknown, known: readonly string[], where: string): Fields {
  if (typeof data !== "object" || data === null || Array.isArray(data)) {
    throw new Refusal(`${where}: expected an object with ${known.join(", ")}`);
  }
  const fields = data as Fields; // an object that is no array, as just checked
  const stranger = Object.keys(fields).find((name) => !known.includes(name));
  if (stranger !== undefined) throw new Refusal(`${where}: unknown field ${stranger}; known are ${known.join(", ")}`);
  return fields;
}

function listOf(data: unknown, where: string): readonly unknown[] {
  if (data === undefined) return [];
  if (!Array.isArray(data)) throw new Refusal(`${where}: expected a list`);
  return data;
}

function textOf(data: unknown, where: string): string {
  if (typeof data !== "string") throw new Refusal(`${where}: expected a text, got ${JSON.stringify(data)}`);
  return data;
}

function wholeNumber(data: unknown, where: string): bigint {
  const text = String(data);
  if (!/^[0-9]+$/.test(text)) throw new Refusal(`${where}: expected a whole number, got ${text}`);
  return BigInt(text);
}
