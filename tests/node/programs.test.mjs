/**
 * Every Go test program does the same before and after the optimizer, under Go's own host and under the loader.
 *
 * `GOWASP_GO_RELEASES` names the releases to run all programs on, `1.21.13,1.27.4` or `all`. Without it, all run on the
 * machine's Go, and those that look hardest at Go's tables on the last release without wasip1, which had another write
 * barrier, on the first with it, and on the newest as well.
 * `node tests/programs/run.mjs NAME -v` runs one program by hand.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { buildAll } from "../programs/harness/build.mjs";
import { casesOf, readPrograms } from "../programs/harness/catalog.mjs";
import { check, missingParts } from "../programs/harness/check.mjs";
import { HOST_NAMES } from "../programs/harness/hosts.mjs";
import { DEFAULT_OPTIMIZER } from "../programs/harness/optimize.mjs";
import { reportText } from "../programs/harness/report.mjs";
import { ALL_RELEASES, findToolchain, WASIP1_RELEASES } from "../programs/harness/toolchain.mjs";

const options = { optimizer: DEFAULT_OPTIMIZER, optimizerArgs: [], hosts: HOST_NAMES };
const missing = missingParts(options);
const cases = [];
for (const { release, programs } of plan(readPrograms(), process.env.GOWASP_GO_RELEASES)) {
  const found = await findToolchain(release);
  if (!found.toolchain) missing.push(found.missing);
  else cases.push(...casesOf(programs, found.toolchain).filter(({ id }) => !cases.some((one) => one.id === id)));
}

for (const reason of missing) {
  test("all that the programs need is there", { skip: process.env.CI !== "true" && reason }, () => {
    assert.fail(reason);
  });
}

const built = await buildAll(cases);
describe("programs, original and optimized", { concurrency: 2 }, () => {
  for (const one of cases) {
    test(one.id, async () => {
      const { wasm, error } = built.get(one.id);
      assert.equal(error, undefined);
      const report = await check(one, wasm, options);
      assert.deepEqual(report.failures, [], reportText(report));
    });
  }
});

/** The programs to run on each release; an undefined release is the machine's Go. */
function plan(programs, wanted) {
  if (wanted) {
    const releases = wanted === "all" ? ALL_RELEASES : wanted.split(",");
    return releases.map((release) => ({ release, programs }));
  }
  const tables = programs.filter(({ name }) => ["callers", "crash_panic", "gc", "panics"].includes(name));
  const [firstWithWasip1] = WASIP1_RELEASES;
  const lastWithout = ALL_RELEASES[ALL_RELEASES.indexOf(firstWithWasip1) - 1];
  const others = [lastWithout, firstWithWasip1, ALL_RELEASES.at(-1)];
  return [{ release: undefined, programs }, ...others.map((release) => ({ release, programs: tables }))];
}
