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
import { gowaspBinary } from "../../scripts/paths.mjs";
import { testOutputs } from "../harness/outputs/recorded.mjs";
import { buildAll } from "../harness/programs/build.mjs";
import { check, missingParts } from "../harness/programs/check.mjs";
import { HOST_NAMES } from "../harness/programs/hosts.mjs";
import { plannedCases } from "../harness/programs/plan.mjs";
import { reportText } from "../harness/programs/report.mjs";

const options = { optimizer: gowaspBinary, optimizerArgs: [], hosts: HOST_NAMES };
const { cases, missing: noRelease } = await plannedCases(process.env.GOWASP_GO_RELEASES);
const missing = [...missingParts(options), ...noRelease];

for (const reason of missing) {
  test("all that the programs need is there", { skip: process.env.CI !== "true" && reason }, () => {
    assert.fail(reason);
  });
}

const built = await buildAll(cases);
const outputs = new Map();
describe("programs, original and optimized", { concurrency: 2 }, () => {
  for (const one of cases) {
    test(one.id, async () => {
      const { wasm, error } = built.get(one.id);
      assert.equal(error, undefined);
      const report = await check(one, wasm, options);
      if (report.hashes) outputs.set(one.id, report.hashes);
      assert.deepEqual(report.failures, [], reportText(report));
    });
  }
});

testOutputs(outputs);
