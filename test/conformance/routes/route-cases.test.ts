/// <reference types="vite/types/importMeta.d.ts" />
import { describe, it } from "vitest";
import { parse } from "yaml";
import { ConfigPath } from "../../../shared/diagnostics/config-path.ts";
import { loadConfig } from "../../../shared/config/load.ts";
import { renderDiagnostic } from "../../../shared/diagnostics/render.ts";
import type { RouteTest } from "../../../shared/route-check/check-route.ts";
import { readRouteTests } from "../../../shared/route-check/read-route-tests.ts";
import { RouteChecker } from "../../../shared/route-check/route-checker.ts";
import type { RouteConfiguration } from "../../../shared/schema/envoy-types.ts";

// Pairs of files: NAME.yaml is a route configuration, NAME.tests.yaml what is to become of requests. There is no file system in
// workerd, so their texts are part of the test bundle.
const TEXTS = import.meta.glob<string>("./*.yaml", { query: "?raw", import: "default", eager: true });
const NAMES = Object.keys(TEXTS)
  .filter((file) => file.endsWith(".tests.yaml"))
  .map((file) => file.slice("./".length, -".tests.yaml".length));

function loadChecker(name: string): RouteChecker {
  const options = { file: `${name}.yaml`, message: "envoy.config.route.v3.RouteConfiguration" };
  const { json, diagnostics } = loadConfig<RouteConfiguration>(TEXTS[`./${name}.yaml`] ?? "", options);
  if (diagnostics.length > 0) throw new Error(diagnostics.map(renderDiagnostic).join("\n"));
  const checker = RouteChecker.create(json, ConfigPath.root);
  if (!checker.ok) throw new Error(checker.error.map(renderDiagnostic).join("\n"));
  return checker.value;
}

/** The large random values of the tests need exact integers. */
function loadTests(name: string): readonly RouteTest[] {
  const tests = readRouteTests(parse(TEXTS[`./${name}.tests.yaml`] ?? "", { intAsBigInt: true }));
  if (!tests.ok) throw new Error(`${name}.tests.yaml: ${tests.error}`);
  return tests.value;
}

describe.for(NAMES)("routes of %s.yaml", (name) => {
  const checker = loadChecker(name);

  it.for(loadTests(name))("$name", (test, { expect }) => {
    expect(checker.check(test)).toEqual([]);
  });
});

describe("route cases", () => {
  it("has a configuration for every file of tests, and tests for every configuration", ({ expect }) => {
    const files = NAMES.flatMap((name) => [`./${name}.tests.yaml`, `./${name}.yaml`]);
    expect(Object.keys(TEXTS).toSorted()).toEqual(files.toSorted());
    expect(files.length).toBeGreaterThan(2);
  });
});
