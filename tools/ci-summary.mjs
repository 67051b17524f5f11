/**
 * The last line of `.ci/run`: `N passed, N failed[, N skipped]`, alone on its line.
 *
 * `node tools/ci-summary.mjs RESULT.json STATUS STEP=STATUS …`: the tests of vitest's JSON report with the exit
 * status of the run, and each further step (the check, the demo) as one more. A test file that could not even be
 * loaded has no tests to count: it counts as one failure. So does a run that failed without a failed test: no
 * report because the build broke, an error outside every test. Exits 1 when anything failed.
 */
import { readFileSync } from "node:fs";

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

function count(report, status) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  if (report !== undefined) {
    const unloadable = report.testResults.filter(
      (file) =>
        file.status === "failed" && !file.assertionResults.some((t) => t.status === "failed"),
    );
    total.passed = report.numPassedTests;
    total.failed = report.numFailedTests + unloadable.length;
    total.skipped = report.numPendingTests + report.numTodoTests;
  }
  if (total.failed === 0 && (report === undefined || status !== "0")) total.failed = 1;
  return total;
}

const [path, status, ...steps] = process.argv.slice(2);
const total = count(readReport(path), status);
for (const step of steps) {
  const [name, result] = step.split("=");
  if (result === "0") {
    total.passed += 1;
  } else {
    total.failed += 1;
    process.stdout.write(`failed: ${name} (exit status ${result})\n`);
  }
}
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
process.stdout.write(`${total.passed} passed, ${total.failed} failed${skipped}\n`);
process.exitCode = total.failed > 0 ? 1 : 0;
