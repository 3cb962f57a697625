/**
 * Runs a package's tests as Go built them and as the optimizer left them, and compares test by test. The original decides
 * what the outcome of a test must be, so a test that fails on wasm by itself is a test like any other.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { optimize } from "../harness/optimize.mjs";
import { hostsFor, runUnder } from "../harness/programs/hosts.mjs";
import { readResumed } from "../harness/programs/resumed.mjs";
import { testBinary } from "./binary.mjs";
import { knownReason, skippedTests } from "./exceptions.mjs";
import { differences, excerpt, readRun, tail } from "./outcome.mjs";
import { VARIANTS } from "./variants.mjs";

/** More tests than that which end the original's process are a package that does not work there. */
const MAX_FATAL_TESTS = 12;
/** How often the original is asked again where the optimized binary differs. */
const REPEATS = 2;
/** Go's own time limit comes first: it names the running test and its stack. */
const GRACE_SECONDS = 15;
const EXCERPT_LINES = 25;

/**
 * @typedef {object} Report
 * @property {import("./binary.mjs").TestCase} one
 * @property {string} error why nothing could be compared, or an empty string
 * @property {boolean} none the package has no tests on this system
 * @property {number} tests compared
 * @property {{test: string, expected: string, actual: string, excerpt: string}[]} differing
 * @property {{test: string, reason: string}[]} known visible differences that were met
 * @property {{test: string, outcomes: string[]}[]} flaky tests that the original itself does not do the same every time
 * @property {{test: string, reason: string}[]} dropped tests that were not run: those that end the original's process
 * @property {import("../harness/programs/resumed.mjs").Resumed} [resumed] under `--resume-stress`
 * @property {{build: number, original: number, optimized: number}} seconds
 */

/**
 * Checks one package.
 *
 * @param {import("./binary.mjs").TestCase} one
 * @param {{optimizer: string, optimizerArgs: string[], short: boolean, timeoutSeconds: number, ci: boolean}} options
 * @returns {Promise<Report>}
 */
export async function check(one, options) {
  const report = emptyReport(one);
  const built = await timed(report, "build", () => testBinary(one));
  if (!built.wasm) return Object.assign(report, built);
  const work = mkdtempSync(join(tmpdir(), "gowasp-std-"));
  try {
    await compare(report, built.wasm, join(work, "optimized.wasm"), options);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return report;
}

async function compare(report, wasm, optimizedWasm, options) {
  const { one } = report;
  report.dropped = skippedTests(one, options.ci);
  const original = await timed(report, "original", () => completeRun(report, wasm, options));
  if (original.tests.size === 0 && !original.complete) {
    return Object.assign(report, {
      error: `the original does not run: ${original.ended}\n${tail(original, EXCERPT_LINES)}`,
    });
  }
  const optimized = await timed(report, "build", () => optimize(options, wasm, optimizedWasm));
  if (optimized.error) return Object.assign(report, { error: optimized.error });
  const run = () => runTests(one, optimizedWasm, report.dropped, options);
  const actual = await timed(report, "optimized", run);
  report.tests = original.tests.size;
  report.resumed = readResumed(optimizedWasm);

  const differing = differences(original, actual);
  if (differing.length === 0 && original.ended !== actual.ended) {
    differing.push({ test: actual.culprit || "the process", expected: original.ended, actual: actual.ended });
  }
  const outcomes = await repeated(report, wasm, original, differing, options);
  for (const difference of differing) {
    const { test } = difference;
    const reason = knownReason(one, test);
    if (reason) report.known.push({ test, reason });
    else if (outcomes(test).length > 1) report.flaky.push({ test, outcomes: outcomes(test) });
    else report.differing.push({ ...difference, excerpt: excerpt(actual, test, EXCERPT_LINES) });
  }
  if (!actual.complete && report.differing.length) {
    report.differing[0].excerpt = `${actual.ended}, running ${actual.culprit}\n${tail(actual, EXCERPT_LINES)}`;
  }
}

/**
 * Runs the original until all of its tests are reached: one that ends the process is dropped, and reported, and the
 * others run again without it.
 */
async function completeRun(report, wasm, options) {
  for (;;) {
    const run = await runTests(report.one, wasm, report.dropped, options);
    if (run.complete || !run.culprit || report.dropped.length >= MAX_FATAL_TESTS) return run;
    const [test] = run.culprit.split("/");
    if (report.dropped.some((dropped) => dropped.test === test)) return run;
    report.dropped.push({ test, reason: `ends the original's process: ${run.ended}` });
  }
}

/**
 * Runs the original again where there are differences that are not known.
 *
 * @returns {Promise<(test: string) => string[]>} the outcomes that the original has had for a test
 */
async function repeated(report, wasm, original, differing, options) {
  const runs = [original];
  const asked = differing.filter(({ test }) => !knownReason(report.one, test));
  for (let i = 0; i < REPEATS && asked.length > 0; i++) {
    runs.push(await runTests(report.one, wasm, report.dropped, options));
  }
  return (test) => [...new Set(runs.map((run) => run.tests.get(test) ?? run.ended))];
}

/** Runs a test binary in the directory of its package, as `go test` does. */
export async function runTests(one, wasm, dropped, { short, timeoutSeconds }, host = hostsFor(one.goos)[0]) {
  const args = ["-test.v=test2json", "-test.paniconexit0", `-test.timeout=${timeoutSeconds}s`];
  if (short) args.push("-test.short");
  if (dropped.length) args.push(`-test.skip=^(${dropped.map(({ test }) => test).join("|")})$`);
  const home = mkdtempSync(join(tmpdir(), "gowasp-home-"));
  try {
    const program = {
      args,
      stdin: "",
      nodeArgs: [],
      env: { HOME: home, GOROOT: one.toolchain.goroot, ...VARIANTS[one.variant].env },
      cwd: join(one.toolchain.goroot, "src", one.package),
      timeoutMs: (timeoutSeconds + GRACE_SECONDS) * 1000,
    };
    return readRun(await runUnder(host, { toolchain: one.toolchain, program }, wasm));
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

async function timed(report, what, work) {
  const start = performance.now();
  try {
    return await work();
  } finally {
    report.seconds[what] += (performance.now() - start) / 1000;
  }
}

function emptyReport(one) {
  const seconds = { build: 0, original: 0, optimized: 0 };
  return { one, error: "", none: false, tests: 0, differing: [], known: [], flaky: [], dropped: [], seconds };
}
