/** Closes a test run with the one line that CI reads: `N passed, N failed`. */
import type { Reporter, TestModule } from "vitest/node";

export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const passed = tests.filter((test) => test.result().state === "passed").length;
    const brokenFiles = modules.filter((module) => module.errors().length > 0).length;
    const skipped = tests.filter((test) => test.result().state === "skipped").length;
    const failed = tests.length - passed - skipped + brokenFiles + errors.length;
    // After the other reporters' own summary.
    setImmediate(() =>
      console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`),
    );
  }
}
