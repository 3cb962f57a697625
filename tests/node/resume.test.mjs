/**
 * A program goes on behind every call where it gives way: `npm run test:resume` has all programs do so.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { chosenOptimizer } from "../harness/optimize.mjs";
import { buildAll } from "../harness/programs/build.mjs";
import { casesOf, readPrograms } from "../harness/programs/catalog.mjs";
import { check, missingParts } from "../harness/programs/check.mjs";
import { HOST_NAMES } from "../harness/programs/hosts.mjs";
import { reportText } from "../harness/programs/report.mjs";
import { findToolchain } from "../harness/toolchain.mjs";

const stress = chosenOptimizer({ "optimizer-arg": [], "resume-stress": true });
const options = { ...stress, hosts: HOST_NAMES };
const { toolchain, missing } = await findToolchain(undefined);
const reason = [missing, ...missingParts(options)].find(Boolean);

for (const [program, goos] of [
  ["goroutines", "wasip1"],
  // The loader has to find out that it waits for nothing, whatever it exports besides functions.
  ["deadlock", "js"],
]) {
  test(`${program}, ${goos}: unwinding behind every call`, { skip: process.env.CI !== "true" && reason }, async () => {
    assert.ok(toolchain, reason);
    const programs = readPrograms().filter(({ name }) => name === program);
    const [one] = casesOf(programs, toolchain, { goos: [goos] });
    const { wasm, error } = (await buildAll([one])).get(one.id);
    assert.equal(error, undefined);
    const report = await check(one, wasm, options);
    assert.deepEqual(report.failures, [], reportText(report));
    // Without unwinding on purpose it is 20 to 30 of about 8,000.
    const { resumed, points } = report.resumed;
    assert.ok(resumed > 500 && resumed <= points, `${resumed} of ${points} resume points`);
  });
}
