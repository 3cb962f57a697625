/**
 * What a run of a test binary says, test by test.
 */
import { normalise } from "../harness/programs/compare.mjs";

/** What `-test.v=test2json` writes before the lines that are the testing package's own (testing/testing.go, `marker`). */
const MARK = "\x16";
/** A piece of output from one mark on. */
const EVENT = /^(?:=== (?<event>RUN|PAUSE|CONT|NAME) +(?<started>\S*)|--- (?<result>PASS|FAIL|SKIP): (?<ended>\S+))/;

/**
 * @typedef {object} TestRun
 * @property {Map<string, string>} tests `PASS`, `FAIL`, `SKIP` or `UNFINISHED` by name, subtests and examples too
 * @property {string} ended how the process ended: `exit code 1`
 * @property {boolean} complete whether all tests were reached: the binary ended by itself with 0 or 1
 * @property {string} culprit the innermost test that was running when it ended, or an empty string
 * @property {string} log all that was written
 */

/**
 * Reads a run's output.
 *
 * @param {import("../harness/child.mjs").Outcome} outcome
 * @returns {TestRun}
 */
export function readRun({ exitCode, ended, stdout, stderr }) {
  const tests = new Map();
  let last = "";
  for (const piece of stdout.split(MARK).slice(1)) {
    const { result, ended, event, started } = EVENT.exec(piece)?.groups ?? {};
    if (result) tests.set(normalise(ended), result);
    else if (event === "RUN") tests.set(normalise(started), "UNFINISHED");
    if (started) last = normalise(started);
  }
  const complete = exitCode === 0 || (exitCode === 1 && stdout.replaceAll(MARK, "\n").endsWith("\nFAIL\n"));
  return { tests, ended, complete, culprit: complete ? "" : culprit(tests, last), log: `${stdout}${stderr}` };
}

/** A test that panics is called failed, and its parents, before the process ends. */
function culprit(tests, last) {
  const running = [...tests].filter(([, result]) => result === "UNFINISHED").map(([name]) => name);
  if (running.includes(last)) return last;
  return running.at(-1) ?? [...tests].findLast(([, result]) => result === "FAIL")?.[0] ?? "";
}

/**
 * The tests whose outcome is not the same in two runs, sorted by name.
 *
 * @param {TestRun} expected
 * @param {TestRun} actual
 * @returns {{test: string, expected: string, actual: string}[]} `NOT RUN` stands for a test that the other run alone has
 */
export function differences(expected, actual) {
  const names = new Set([...expected.tests.keys(), ...actual.tests.keys()]);
  return [...names]
    .sort()
    .map((test) => ({
      test,
      expected: expected.tests.get(test) ?? "NOT RUN",
      actual: actual.tests.get(test) ?? "NOT RUN",
    }))
    .filter((one) => one.expected !== one.actual);
}

/**
 * What a run wrote while a test ran, at most `count` lines, to show why it failed.
 *
 * @param {TestRun} run
 * @param {string} test
 * @param {number} count
 */
export function excerpt(run, test, count) {
  const lines = run.log.split("\n");
  const start = lines.findIndex((line) => line.includes(`${MARK}=== RUN   ${test}`));
  const after = lines.slice(Math.max(start, 0));
  const end = after.findIndex((line) => /--- [A-Z]+: (\S+)/.exec(line)?.[1] === test);
  const own = end < 0 ? after : after.slice(0, end);
  return plain(own).slice(0, count).join("\n");
}

/**
 * The last lines of what a run wrote.
 *
 * @param {TestRun} run
 * @param {number} count
 */
export function tail(run, count) {
  return plain(run.log.trimEnd().split("\n")).slice(-count).join("\n");
}

function plain(lines) {
  return lines.filter((line) => !line.includes(`${MARK}===`)).map((line) => line.replaceAll(MARK, ""));
}
