/**
 * A few random Go programs do the same before and after the optimizer; `node tests/fuzz/run.mjs` runs more.
 */
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { gowaspBinary } from "../../scripts/paths.mjs";
import { KINDS, runTrial, trialName } from "../fuzz/trial.mjs";
import { optimizerMissing } from "../harness/optimize.mjs";
import { findToolchain } from "../harness/toolchain.mjs";

const TRIALS = [
  { kind: "mixed", seed: 1, goos: "js", variant: "default" },
  { kind: "mixed", seed: 2, goos: "wasip1", variant: "gc" },
  { kind: "mixed", seed: 3, goos: "wasip1", variant: "default" },
  // All went over the end of a stack once: from a func value called below functions without a check, in a circle that has lost
  // its only check, and below a func value without a check that calls through an interface.
  { kind: "nosplit", seed: 2, goos: "wasip1", variant: "default" },
  { kind: "nosplit", seed: 8, goos: "js", variant: "default" },
  { kind: "nosplit", seed: 9005, goos: "js", variant: "default" },
];

const strict = process.env.CI === "true";
const { toolchain, missing } = await findToolchain(undefined);
const skip = !strict && (missing || optimizerMissing(gowaspBinary) || false);
const work = mkdtempSync(join(tmpdir(), "gowasp-fuzz-test-"));
after(() => rmSync(work, { recursive: true, force: true }));

for (const trial of TRIALS) {
  test(trialName({ ...trial, toolchain: toolchain ?? { release: "" } }), { skip }, async () => {
    const options = { optimizer: gowaspBinary, optimizerArgs: [], keep: work };
    assert.deepEqual(await runTrial({ ...trial, toolchain }, options), { verdict: "same", why: "" });
  });
}

for (const [kind, { generate }] of Object.entries(KINDS)) {
  test(`${kind}: a seed always gives the same program, and another seed another one`, () => {
    assert.deepEqual(generate(7), generate(7));
    assert.notEqual(generate(7)["main.go"], generate(8)["main.go"]);
  });
}

test("an optimizer that changes what a program does is found out", {
  skip: skip || process.platform === "win32",
}, async () => {
  // It does what the real one does and then changes the first case's name, which the program prints.
  const wrong = join(work, "wrong-optimizer.mjs");
  writeFileSync(
    wrong,
    `#!/usr/bin/env node
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
const args = process.argv.slice(2);
execFileSync(${JSON.stringify(gowaspBinary)}, args);
const output = args[args.indexOf("-o") + 1];
const wasm = readFileSync(output);
if (args.at(-1) !== "drop-custom-sections") wasm.write("cast", wasm.indexOf("case0"));
writeFileSync(output, wasm);
`,
  );
  chmodSync(wrong, 0o755);
  const options = { optimizer: wrong, optimizerArgs: [], keep: work };
  const { verdict, why } = await runTrial({ ...TRIALS[0], toolchain }, options);
  assert.equal(verdict, "differs");
  assert.match(why, /stdout, line 1\n.*expected "case0 /);
  assert.match(why, /since collect-garbage: /);
});
