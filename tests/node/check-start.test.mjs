// `gowasp check --start` on programs of Go: its host functions are enough for them to start.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { gowaspBinary } from "../../scripts/paths.mjs";
import { runChild } from "../harness/child.mjs";
import { buildAll } from "../harness/programs/build.mjs";
import { plannedCases } from "../harness/programs/plan.mjs";

/** How each ends or waits: at its end, for a timer, for standard input, for ever, by a panic, by another exit code. */
const expected = {
  js_values: undefined,
  goroutines: undefined,
  stdin: undefined,
  deadlock: undefined,
  crash_panic: /ended with exit code 2 before it waited/,
  exit_code: /ended with exit code \d+ before it waited/,
};

const { cases } = await plannedCases(undefined);
const own = cases.filter(
  ({ program, toolchain }) => Object.hasOwn(expected, program.name) && toolchain.release === cases[0].toolchain.release,
);
/** @type {Awaited<ReturnType<typeof buildAll>>} */
let built;
before(async () => {
  built = await buildAll(own);
});

for (const { id, program, goos } of own) {
  test(id, async () => {
    const { wasm } = built.get(id);
    const args = ["check", wasm, "--start", "--start-timeout", "120", "--platform", "deno-deploy", "--json"];
    const { exitCode, stdout, stderr } = await runChild(gowaspBinary, args, {
      env: process.env,
      timeoutMs: 300_000,
    });
    const problem = expected[program.name];
    // A program for WASI that can only wait for ever says so by itself.
    const isFailure = problem ?? (program.name === "deadlock" && goos === "wasip1");
    assert.equal(exitCode, isFailure ? 2 : 0, stdout || stderr);
    const [start] = JSON.parse(stdout).subjects[0].starts;
    if (isFailure) assert.match(start.problem, problem ?? /exit code 2/);
    else assert.equal(start.runs.length, 5);
  });
}
