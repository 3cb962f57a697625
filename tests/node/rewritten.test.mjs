/**
 * A program that wasm-opt has rewritten is optimized, not refused, and does the same afterwards.
 *
 * All levels and releases: `node tests/programs/run.mjs hello panics recursion callers --all-releases --wasm-opt=-Oz`.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { gowaspBinary } from "../../scripts/paths.mjs";
import { withBinaryen } from "../harness/binaryen.mjs";
import { buildAll } from "../harness/programs/build.mjs";
import { casesOf, readPrograms } from "../harness/programs/catalog.mjs";
import { check, missingParts } from "../harness/programs/check.mjs";
import { reportText } from "../harness/programs/report.mjs";
import { findToolchain } from "../harness/toolchain.mjs";

const options = { optimizer: gowaspBinary, optimizerArgs: [], hosts: ["wasm_exec", "wasi"] };
const { toolchain, missing } = await findToolchain(undefined);
const reason = [missing, ...missingParts(options)].find(Boolean);

/**
 * What is read and written again and little else, which is lifted; what is optimized, which is not; and what is lifted but breaks
 * rules of optimized code, as the checks of the stack have another form.
 */
for (const [option, goos] of [
  ["--vacuum", "js"],
  ["-O1", "wasip1"],
  ["--optimize-instructions", "wasip1"],
]) {
  test(`a program that went through wasm-opt ${option}`, { skip: process.env.CI !== "true" && reason }, async () => {
    assert.ok(toolchain, reason);
    const programs = readPrograms().filter(({ name }) => name === "panics");
    const [one] = casesOf(programs, toolchain, { goos: [goos] });
    const { wasm, error } = (await buildAll([one])).get(one.id);
    assert.equal(error, undefined);
    const report = await check(one, await withBinaryen(option, wasm), options);
    assert.deepEqual(report.failures, [], reportText(report));
  });
}
