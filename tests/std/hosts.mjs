/**
 * Runs a package's tests under two hosts and compares test by test: what passes under the reference must pass under the package's.
 */
import { testBinary } from "./binary.mjs";
import { runTests } from "./check.mjs";
import { skippedTests } from "./exceptions.mjs";
import { differences, excerpt, tail } from "./outcome.mjs";

/**
 * @typedef {object} Pair
 * @property {string} reference a host
 * @property {string} named in words
 * @property {string} ours
 */

/** The loader's own WASI. @type {Pair} */
export const WASI = { reference: "wasi", named: "node:wasi", ours: "loader_wasi" };

/** gowasp-exec, by system. @type {Record<string, Pair>} */
export const EXEC = {
  js: { reference: "wasm_exec", named: "go_js_wasm_exec", ours: "exec" },
  wasip1: { reference: "wasi", named: "node:wasi", ours: "exec" },
};

/** Those that ask most of their host. */
export const WASI_PACKAGES = ["os", "time", "io/fs", "strings", "encoding/json"];
export const EXEC_PACKAGES = {
  js: ["os", "time", "net/http", "io/fs", "syscall/js", "path/filepath", "log", "runtime/pprof"],
  wasip1: ["os", "time", "io/fs", "path/filepath", "log"],
};

const EXCERPT_LINES = 25;

/**
 * @param {import("./binary.mjs").TestCase} one
 * @param {{short: boolean, timeoutSeconds: number, ci: boolean}} options
 * @param {Pair} pair
 * @returns {Promise<{tests: number, worse: string[], text: string}>} the tests that only the reference passes, and all in words
 */
export async function compareHosts(one, options, pair = WASI) {
  const built = await testBinary(one);
  if (!built.wasm) throw new Error(built.error ?? `${one.package} has no tests for ${one.goos}`);
  const dropped = skippedTests(one, options.ci);
  const reference = await runTests(one, built.wasm, dropped, options, pair.reference);
  const ours = await runTests(one, built.wasm, dropped, options, pair.ours);
  const all = differences(reference, ours);
  const worse = all.filter(({ expected, actual }) => expected === "PASS" && actual !== "SKIP");
  const failing = [...ours.tests].filter(([test, result]) => result === "FAIL" && reference.tests.get(test) === "FAIL");
  const count = (run, result) => [...run.tests.values()].filter((one) => one === result).length;
  const lines = [
    `${one.package}: ${count(ours, "PASS")} pass, ${count(ours, "FAIL")} fail; ${pair.named} ${count(reference, "PASS")} and ${count(reference, "FAIL")}`,
    ...worse.flatMap(({ test, expected, actual }) => [
      `  ${test}: ${actual}, ${expected} under ${pair.named}`,
      excerpt(ours, test, EXCERPT_LINES),
    ]),
    ...failing.map(([test]) => `  ${test}: FAIL under both`),
  ];
  if (!ours.complete) lines.push(`  ${ours.ended}, running ${ours.culprit}`, tail(ours, EXCERPT_LINES));
  const names = worse.map(({ test }) => test);
  if (reference.complete && !ours.complete && names.length === 0) names.push(ours.culprit || "the process");
  return { tests: reference.tests.size, worse: names, text: lines.join("\n") };
}
