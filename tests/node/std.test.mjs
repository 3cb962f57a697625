/**
 * The tests of Go's standard library have the same outcomes before and after the optimizer, test by test.
 *
 * `GOWASP_GO_RELEASES` names the releases, `1.21.13,1.27.4` or `all`; without it, the machine's Go.
 * `node tests/std/run.mjs PACKAGE` runs one package by hand, `--all` every package.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { gowaspBinary } from "../../scripts/paths.mjs";
import { optimizerMissing } from "../harness/optimize.mjs";
import { findToolchain, WASIP1_RELEASES } from "../harness/toolchain.mjs";
import { check } from "../std/check.mjs";
import { differences, readRun } from "../std/outcome.mjs";
import { ciCases } from "../std/packages.mjs";
import { failed, reportText } from "../std/report.mjs";

const options = { optimizer: gowaspBinary, optimizerArgs: [], short: true, timeoutSeconds: 180, ci: true };

const wanted = process.env.GOWASP_GO_RELEASES;
const releases = wanted === "all" ? WASIP1_RELEASES : (wanted?.split(",") ?? [undefined]);
const found = await Promise.all(releases.map(findToolchain));
const missing = [optimizerMissing(options.optimizer), ...found.map((one) => one.missing ?? "")].filter(Boolean);
for (const reason of missing) {
  test("all that Go's tests need is there", { skip: process.env.CI !== "true" && reason }, () => {
    assert.fail(reason);
  });
}

const cases = missing.length ? [] : found.flatMap(({ toolchain }) => ciCases(toolchain));
describe("Go's own tests, original and optimized", { concurrency: 2 }, () => {
  for (const one of cases) {
    test(`${one.package} ${one.goos} go${one.toolchain.release} ${one.variant}`, async (context) => {
      const report = await check(one, options);
      context.diagnostic(reportText(report));
      assert.ok(!failed(report), reportText(report));
      assert.ok(report.tests > 0, "no test was compared");
    });
  }
});

describe("what a test binary writes", () => {
  const run = (stdout, exitCode) => readRun({ exitCode, ended: `exit code ${exitCode}`, stdout, stderr: "" });
  const good = run(
    "\x16=== RUN   TestA\n\x16=== RUN   TestA/b\n\x16--- PASS: TestA/b (0.10s)\n\x16--- PASS: TestA (0.10s)\nPASS\n",
    0,
  );

  test("times do not count", () => {
    const slower = run(
      "\x16=== RUN   TestA\n\x16=== RUN   TestA/b\n\x16--- PASS: TestA/b (9.00s)\n\x16--- PASS: TestA (9.00s)\nPASS\n",
      0,
    );
    assert.deepEqual(differences(good, slower), []);
    assert.ok(good.complete);
  });

  test("a subtest that fails is a difference", () => {
    const bad = run(
      "\x16=== RUN   TestA\n\x16=== RUN   TestA/b\nword\x16--- FAIL: TestA/b (0.10s)\n\x16--- PASS: TestA (0.10s)\n\x16FAIL\n",
      1,
    );
    assert.deepEqual(differences(good, bad), [{ test: "TestA/b", expected: "PASS", actual: "FAIL" }]);
    assert.ok(bad.complete);
  });

  test("a test that ends the process is named, and so are those that were not reached", () => {
    const dead = run("\x16=== RUN   TestA\nfatal error: all goroutines are asleep\n", 2);
    assert.equal(dead.culprit, "TestA");
    assert.ok(!dead.complete);
    assert.deepEqual(differences(good, dead), [
      { test: "TestA", expected: "PASS", actual: "UNFINISHED" },
      { test: "TestA/b", expected: "PASS", actual: "NOT RUN" },
    ]);
  });

  test("lines that only look like results are a test's own words", () => {
    assert.equal(run("--- FAIL: TestA (0.10s)\nPASS\n", 0).tests.size, 0);
  });
});
