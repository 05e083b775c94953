import { describe, it } from "vitest";
import { DiagnosticCollector } from "../../../shared/diagnostics/collector.ts";
import { ConfigPath } from "../../../shared/diagnostics/config-path.ts";
import { HeaderMap } from "../../../shared/http/header-map.ts";
import { compileHeaderMatcher, compileHeaderMatchers } from "../../../shared/matching/header-matcher.ts";
import type { HeaderMatcher } from "../../../shared/schema/envoy-types.ts";
import { compileCleanly, reportsOf } from "./matcher-fixture.ts";

const header = (...values: readonly string[]): HeaderMap =>
  HeaderMap.from(values.map((value) => ["x", value] as const));

const REQUESTS: readonly HeaderMap[] = [header(), header(""), header("a"), header("a", "b")];

type Row = readonly [config: Omit<HeaderMatcher, "name">, onMissing: 0 | 1, onEmpty: 0 | 1, onA: 0 | 1, onTwice: 0 | 1];

describe("compileHeaderMatcher", () => {
  it.for<Row>([
    [{}, 0, 1, 1, 1],
    [{ invertMatch: true }, 1, 0, 0, 0],
    [{ presentMatch: true }, 0, 1, 1, 1],
    [{ presentMatch: false }, 1, 0, 0, 0],
    [{ presentMatch: true, invertMatch: true }, 1, 0, 0, 0],
    [{ presentMatch: false, invertMatch: true }, 0, 1, 1, 1],
    [{ presentMatch: true, treatMissingHeaderAsEmpty: true }, 1, 1, 1, 1],
    [{ presentMatch: false, treatMissingHeaderAsEmpty: true }, 0, 0, 0, 0],
    [{ presentMatch: true, invertMatch: true, treatMissingHeaderAsEmpty: true }, 0, 0, 0, 0],
    [{ stringMatch: { exact: "a" } }, 0, 0, 1, 1],
    [{ stringMatch: { exact: "a" }, invertMatch: true }, 0, 1, 0, 0],
    [{ stringMatch: { exact: "a" }, invertMatch: true, treatMissingHeaderAsEmpty: true }, 1, 1, 0, 0],
    [{ stringMatch: { exact: "" }, treatMissingHeaderAsEmpty: true }, 1, 1, 0, 0],
    [{ stringMatch: { contains: "b" } }, 0, 0, 0, 1],
    [{ stringMatch: { safeRegex: { regex: "a(,b)?" } } }, 0, 0, 1, 1],
    [{ exactMatch: "a,b" }, 0, 0, 0, 0],
    [{ prefixMatch: "a" }, 0, 0, 1, 1],
    [{ suffixMatch: "b" }, 0, 0, 0, 1],
    [{ containsMatch: "," }, 0, 0, 0, 0],
    [{ safeRegexMatch: { regex: "." } }, 0, 0, 1, 1],
    [{ rangeMatch: { start: "1", end: "3" } }, 0, 0, 0, 0],
    [{ rangeMatch: { start: "1", end: "3" }, invertMatch: true }, 0, 1, 1, 1],
  ])("%j on a header missing, empty, a, and a twice a,b: %i %i %i %i", ([config, ...answers], { expect }) => {
    const predicate = compileCleanly(compileHeaderMatcher, { name: "x", ...config });
    expect(REQUESTS.map((request) => predicate.test(request))).toEqual(answers.map(Boolean));
  });

  const range = compileCleanly(compileHeaderMatcher, { name: "x", rangeMatch: { start: "-5", end: "30" } });

  it.for(["5", "+5", "-5", "05", " 5", "5 ", " +05", "29"])(
    "rangeMatch takes %j for a number inside",
    (text, { expect }) => {
      expect(range.test(header(text))).toBe(true);
    },
  );

  it.for(["30", "-6", "5.0", "0x5", "1_0", "5a", "+-5", "+ 5", "5,6", "", " ", "99999999999999999999999999999999"])(
    "rangeMatch does not take %j for a number inside",
    (text, { expect }) => {
      expect(range.test(header(text))).toBe(false);
    },
  );

  it("rangeMatch ends where int64 does", ({ expect }) => {
    const config = { name: "x", rangeMatch: { start: "-9223372036854775808", end: "9223372036854775807" } };
    const predicate = compileCleanly(compileHeaderMatcher, config);
    const texts = ["-9223372036854775808", "9223372036854775806", "9223372036854775807", "-9223372036854775809"];
    expect(texts.map((text) => predicate.test(header(text)))).toEqual([true, true, false, false]);
  });

  it.for<readonly [name: string, lower: string]>([
    ["X-Canary", "x-canary"],
    ["Host", ":authority"],
    [":method", ":method"],
  ])("looks for %s under the name %s", ([name, lower], { expect }) => {
    expect(compileCleanly(compileHeaderMatcher, { name }).name).toBe(lower);
  });

  it.for<readonly [HeaderMatcher, string | undefined]>([
    [{ name: "x", stringMatch: { exact: "a" } }, "a"],
    [{ name: "x", exactMatch: "a" }, "a"],
    [{ name: "x", stringMatch: { exact: "\u00e9" } }, "\u00c3\u00a9"],
    [{ name: "x", stringMatch: { exact: "" } }, ""],
    [{ name: "x", stringMatch: { exact: "" }, treatMissingHeaderAsEmpty: true }, undefined],
    [{ name: "x", stringMatch: { exact: "a" }, treatMissingHeaderAsEmpty: true }, "a"],
    [{ name: "x", stringMatch: { exact: "a" }, invertMatch: true }, undefined],
    [{ name: "x", stringMatch: { exact: "a", ignoreCase: true } }, undefined],
    [{ name: "x", stringMatch: { prefix: "a" } }, undefined],
    [{ name: "x" }, undefined],
  ])("exactValue of %j is %j", ([config, value], { expect }) => {
    expect(compileCleanly(compileHeaderMatcher, config).exactValue).toBe(value);
  });

  it("reports a deprecated form at its own field", ({ expect }) => {
    expect(reportsOf(compileHeaderMatcher, { name: "x", safeRegexMatch: { regex: "*" } })).toEqual([
      "error match.safe_regex_match.regex: expected a regular expression of RE2, got no argument for repetition operator: * [config.regex]",
    ]);
  });
});

describe("compileHeaderMatchers", () => {
  it("keeps the order and leaves out what was refused", ({ expect }) => {
    const diagnostics = new DiagnosticCollector();
    const configs = [{ name: "a" }, { name: "b", stringMatch: {} }, { name: "c" }];
    const compiled = compileHeaderMatchers(configs, ConfigPath.root.field("headers"), diagnostics);
    expect(compiled.map(({ name }) => name)).toEqual(["a", "c"]);
    expect(diagnostics.diagnostics.map(({ path }) => path.render())).toEqual(["headers[1].string_match"]);
  });
});
