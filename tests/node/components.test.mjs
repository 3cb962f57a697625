/**
 * Go programs as components, in wasmtime and in Node by jco: each does what its module does, with the collector running all the
 * time. `npm run test:hosts` runs all releases and settings.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gowaspBinary } from "../../scripts/paths.mjs";
import { WASI_ENGINES } from "../engines/wasi.mjs";
import { runChild } from "../harness/child.mjs";
import { optimizerMissing } from "../harness/optimize.mjs";

const runner = fileURLToPath(new URL("../components/run.mjs", import.meta.url));
const missing = optimizerMissing(gowaspBinary) || WASI_ENGINES.wasmtime.missing();
const skip = process.env.CI !== "true" && (missing || false);

for (const program of ["stress", "numbers", "text"]) {
  test(`${program}, original and optimized, in wasmtime and jco`, { skip }, async () => {
    const { env } = process;
    const outcome = await runChild(process.execPath, [runner, program, "--quick"], { env, timeoutMs: 480_000 });
    assert.equal(outcome.exitCode, 0, outcome.stdout + outcome.stderr);
    assert.equal(outcome.stdout.match(/^✓/gm)?.length, 4, outcome.stdout);
  });
}
