/**
 * Runs a package's tests for wasip1 under node:wasi and under the loader's WASI, and compares test by test: what passes under the
 * first must pass under the second.
 */
import { testBinary } from "./binary.mjs";
import { runTests } from "./check.mjs";
import { skippedTests } from "./exceptions.mjs";
import { differences, excerpt, tail } from "./outcome.mjs";

/** Those that ask most of their host. */
export const WASI_PACKAGES = ["os", "time", "io/fs", "strings", "encoding/json"];

const EXCERPT_LINES = 25;

/**
 * @param {import("./binary.mjs").TestCase} one
 * @param {{short: boolean, timeoutSeconds: number, ci: boolean}} options
 * @returns {Promise<{tests: number, worse: string[], text: string}>} the tests that only node:wasi passes, and all in words
 */
export async function compareHosts(one, options) {
  const built = await testBinary(one);
  if (!built.wasm) throw new Error(built.error ?? `${one.package} has no tests for ${one.goos}`);
  const dropped = skippedTests(one, options.ci);
  const reference = await runTests(one, built.wasm, dropped, options, "wasi");
  const ours = await runTests(one, built.wasm, dropped, options, "loader_wasi");
  const all = differences(reference, ours);
  const worse = all.filter(({ expected, actual }) => expected === "PASS" && actual !== "SKIP");
  const failing = [...ours.tests].filter(([test, result]) => result === "FAIL" && reference.tests.get(test) === "FAIL");
  const count = (run, result) => [...run.tests.values()].filter((one) => one === result).length;
  const lines = [
    `${one.package}: ${count(ours, "PASS")} pass, ${count(ours, "FAIL")} fail; node:wasi ${count(reference, "PASS")} and ${count(reference, "FAIL")}`,
    ...worse.flatMap(({ test, expected, actual }) => [
      `  ${test}: ${actual}, ${expected} under node:wasi`,
      excerpt(ours, test, EXCERPT_LINES),
    ]),
    ...failing.map(([test]) => `  ${test}: FAIL under both`),
  ];
  if (!ours.complete) lines.push(`  ${ours.ended}, running ${ours.culprit}`, tail(ours, EXCERPT_LINES));
  const names = worse.map(({ test }) => test);
  if (reference.complete && !ours.complete && names.length === 0) names.push(ours.culprit || "the process");
  return { tests: reference.tests.size, worse: names, text: lines.join("\n") };
}
