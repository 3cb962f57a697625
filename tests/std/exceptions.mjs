/**
 * The tests that are not run, and the differences that may be seen, each with its reason. Nothing else is excused.
 */

/**
 * @typedef {object} Exception
 * @property {string} package
 * @property {string[]} tests regular expressions for names of top-level tests; these stand for their subtests, too
 * @property {string} reason
 * @property {string} [goos] only there
 * @property {string[]} [variants] only in these
 */

/** Differences that the optimizer is free to make. @type {Exception[]} */
const KNOWN = [
  {
    package: "runtime",
    tests: ["TestInlineUnwinder"],
    reason: "asks for the line of every PC of a function; only those that a stack can hold keep theirs",
  },
];

/** Tests that end or stop the original, by themselves or under this host. @type {Exception[]} */
const BROKEN = [];

/** Tests that CI leaves out for the time they take there; `run.mjs` runs them. @type {Exception[]} */
const SLOW = [
  { package: "bytes", tests: ["TestIssue65571"], reason: "slow: writes to gigabytes of memory" },
  { package: "encoding/gob", tests: ["TestLargeSlice"], reason: "slow: decodes slices of gigabytes" },
  {
    package: "math/big",
    tests: ["TestAddVV", "TestSubVV", "TestAddMulVVWW", "TestNatDiv"],
    reason: "slow: tries all lengths and alignments of vectors",
  },
  {
    package: "os",
    goos: "js",
    tests: ["TestRootMulti.*", "TestRootConsistency.*"],
    reason: "slow: hundreds of file trees, through callbacks",
  },
  {
    package: "time",
    tests: ["TestStopResult", "TestResetResult", "TestTimerGC", "TestChan"],
    reason: "slow: waits for thousands of timers",
  },
];

/**
 * Why a test may differ, or an empty string.
 *
 * @param {import("./binary.mjs").TestCase} one
 * @param {string} test
 */
export function knownReason(one, test) {
  const [name] = test.split("/");
  const named = (known) => new RegExp(`^(${known.tests.join("|")})$`).test(name);
  return KNOWN.find((known) => applies(known, one) && named(known))?.reason ?? "";
}

/**
 * The tests of a package that are not run, as regular expressions.
 *
 * @param {import("./binary.mjs").TestCase} one
 * @param {boolean} ci whether time is short
 * @returns {{test: string, reason: string}[]}
 */
export function skippedTests(one, ci) {
  return [...BROKEN, ...(ci ? SLOW : [])]
    .filter((exception) => applies(exception, one))
    .flatMap(({ tests, reason }) => tests.map((test) => ({ test, reason })));
}

function applies(exception, one) {
  if (exception.package !== one.package) return false;
  if (exception.goos && exception.goos !== one.goos) return false;
  return !exception.variants || exception.variants.includes(one.variant);
}
