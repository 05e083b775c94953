import type { Reporter, TestModule } from "vitest/node";

/** Prints the plain closing line that continuous integration reads: `N passed, N failed`. */
export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, unhandledErrors: ReadonlyArray<unknown>): void {
    const tally = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      const failedBefore = tally.failed;
      for (const test of module.children.allTests()) {
        const state = test.result().state;
        if (state === "passed" || state === "failed" || state === "skipped") tally[state] += 1;
      }
      // A module that cannot be loaded, or whose hook fails, has no failed test of its own: it counts as one all the same.
      if (module.state() === "failed" && tally.failed === failedBefore) tally.failed += 1;
    }
    tally.failed += unhandledErrors.length;
    const skipped = tally.skipped > 0 ? `, ${tally.skipped} skipped` : "";
    console.log(`${tally.passed} passed, ${tally.failed} failed${skipped}`);
  }
}
