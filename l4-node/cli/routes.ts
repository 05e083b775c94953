import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { parse } from "yaml";
import { err, type Result } from "../../shared/base/result.ts";
import { hasErrors, type PositionIndex } from "../../shared/diagnostics/collector.ts";
import type { RouteTest } from "../../shared/route-check/check-route.ts";
import { readRouteTests } from "../../shared/route-check/read-route-tests.ts";
import { RouteChecker } from "../../shared/route-check/route-checker.ts";
import type { RouteCoverage, UntestedRoute } from "../../shared/route-check/route-coverage.ts";
import { chooseRouteConfig, loadRouteConfigs } from "./load-route-configs.ts";
import { printDiagnostics } from "./print-diagnostics.ts";

export const ROUTES_USAGE = `usage: nuncio routes -c FILE --test TESTS [--coverage] [--fail-under PERCENT]

Runs tests of a route table, in the format of Envoy's router_check_tool.
  -c, --config-path FILE  a bootstrap or a bare RouteConfiguration, as .yaml, .json or .pb
  --test TESTS            the tests, as YAML or JSON
  --coverage              say which routes no test reached
  --fail-under PERCENT    fail when fewer of the routes were reached
  --route-config NAME     which of a bootstrap's route configurations, if it has several`;

interface RoutesOptions {
  readonly file: string;
  readonly tests: string;
  readonly coverage: boolean;
  readonly failUnder: number;
  readonly routeConfig: string | undefined;
}

/** `nuncio routes`: exit code 0 when every test passed and enough routes were reached, else 1. */
export async function runRoutes(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === undefined) {
    console.error(ROUTES_USAGE);
    return 1;
  }
  const { configs, positions, diagnostics } = await loadRouteConfigs(options.file);
  printDiagnostics(diagnostics);
  if (hasErrors(diagnostics)) return 1;
  const chosen = chooseRouteConfig(configs, options.routeConfig);
  if (typeof chosen === "string") return complain(chosen);
  const checker = RouteChecker.create(chosen.config, chosen.path, positions);
  if (!checker.ok) {
    printDiagnostics(checker.error);
    return 1;
  }
  const tests = await loadTests(options.tests);
  return tests.ok
    ? report(runTests(checker.value, tests.value), checker.value, { ...options, positions })
    : complain(tests.error);
}

/** Large random values need exact integers. */
async function loadTests(file: string): Promise<Result<readonly RouteTest[], string>> {
  try {
    const tests = readRouteTests(parse(await readFile(file, "utf8"), { intAsBigInt: true }));
    return tests.ok ? tests : err(`${file}: ${tests.error}`);
  } catch (error) {
    return err(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** How many passed and failed; each failure is printed. */
function runTests(checker: RouteChecker, tests: readonly RouteTest[]): { passed: number; failed: number } {
  const failed = tests.filter((test) => {
    const failures = checker.check(test);
    for (const failure of failures) console.log(`${test.name}: ${failure}`);
    return failures.length > 0;
  }).length;
  return { passed: tests.length - failed, failed };
}

function report(
  { passed, failed }: { readonly passed: number; readonly failed: number },
  { coverage }: RouteChecker,
  options: RoutesOptions & { readonly positions: PositionIndex },
): number {
  if (options.coverage) printCoverage(coverage, options.positions);
  const isEnough = percentOf(coverage) >= options.failUnder;
  if (!isEnough) console.log(`route coverage is below ${options.failUnder}%`);
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 && isEnough ? 0 : 1;
}

function printCoverage(coverage: RouteCoverage, positions: PositionIndex): void {
  for (const route of coverage.untested) console.log(`untested: ${describe(route, positions)}`);
  const { total, untested } = coverage;
  console.log(`route coverage: ${percentOf(coverage).toFixed(1)}% (${total - untested.length} of ${total})`);
}

function describe({ virtualHost, name, path }: UntestedRoute, positions: PositionIndex): string {
  const position = positions.find(path);
  const where = position === undefined ? "" : `${position.file}:${position.line} `;
  return `${where}${path.render()} (virtual host ${virtualHost}${name === "" ? "" : `, route ${name}`})`;
}

/** A table without routes has none that is untested. */
function percentOf({ total, untested }: RouteCoverage): number {
  return total === 0 ? 100 : (100 * (total - untested.length)) / total;
}

function complain(message: string): number {
  console.error(`nuncio routes: ${message}`);
  return 1;
}

function parseOptions(args: readonly string[]): RoutesOptions | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        "config-path": { type: "string", short: "c" },
        test: { type: "string" },
        coverage: { type: "boolean", default: false },
        "fail-under": { type: "string", default: "0" },
        "route-config": { type: "string" },
      },
    });
    const { "config-path": file, test: tests, coverage, "route-config": routeConfig } = values;
    const failUnder = Number(values["fail-under"]);
    if (file === undefined || tests === undefined || !(failUnder >= 0 && failUnder <= 100)) return undefined;
    return { file, tests, coverage, failUnder, routeConfig };
  } catch (error) {
    console.error(`nuncio routes: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
