/**
 * Every Go test program does the same before and after the optimizer, under Go's own host and under the loader.
 *
 * `GOWASP_GO_RELEASES` names the releases, `1.21.13,1.27.4` or `all`; without it, the machine's Go.
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
import { ALL_RELEASES, findToolchain } from "../programs/harness/toolchain.mjs";

const options = { optimizer: DEFAULT_OPTIMIZER, optimizerArgs: [], hosts: HOST_NAMES };
const missing = missingParts(options);
const cases = [];
for (const release of wantedReleases()) {
  const found = await findToolchain(release);
  if (found.toolchain) cases.push(...casesOf(readPrograms(), found.toolchain));
  else missing.push(found.missing);
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

function wantedReleases() {
  const wanted = process.env.GOWASP_GO_RELEASES;
  if (!wanted) return [undefined];
  return wanted === "all" ? ALL_RELEASES : wanted.split(",");
}
