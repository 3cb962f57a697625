/**
 * Real Go programs from npm do the same before and after the optimizer.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { gowaspBinary } from "../../scripts/paths.mjs";
import { CALLS, callApi } from "../corpus/api.mjs";
import { HOST_ARGS, runEsbuild, TASKS } from "../corpus/esbuild.mjs";
import { INPUTS, inputPath, NODE_MODULES } from "../harness/inputs.mjs";
import { optimize, optimizerMissing } from "../harness/optimize.mjs";
import { testOutputs } from "../harness/outputs/recorded.mjs";

const strict = process.env.CI === "true";
const noOptimizer = (!strict && optimizerMissing(gowaspBinary)) || false;
const noLoader =
  !strict && !existsSync(join(dirname(NODE_MODULES), "dist", "index.js")) && "the loader is not built: npm run build";
const work = mkdtempSync(join(tmpdir(), "gowasp-corpus-"));
after(() => rmSync(work, { recursive: true, force: true }));
const outputs = new Map();

/** @returns {Promise<string>} path of the optimized module */
async function optimized(name, optimizerArgs = []) {
  const output = join(work, `${name}.wasm`);
  const result = await optimize({ optimizer: gowaspBinary, optimizerArgs }, inputPath(name), output);
  assert.equal(result.error, "");
  outputs.set(name, result.hashes);
  return output;
}

describe(`esbuild, ${INPUTS.esbuild.go}`, { skip: noOptimizer }, () => {
  let wasm;
  before(async () => {
    wasm = await optimized("esbuild");
  });
  for (const task of TASKS) {
    test(task.name, async () => {
      const expected = await runEsbuild(task, HOST_ARGS.wasm_exec(inputPath("esbuild")));
      assertWorked(task, expected);
      assert.deepEqual(await runEsbuild(task, HOST_ARGS.wasm_exec(wasm)), expected);
      if (task.underLoader && !noLoader) {
        assert.deepEqual(await runEsbuild(task, HOST_ARGS.loader(wasm)), expected);
      }
    });
  }
});

/** Guards against comparing two failures that were not meant. */
function assertWorked(task, { ended, stdout, stderr, written }) {
  assert.equal(ended, task.fails ? "exit code 1" : "exit code 0", stderr);
  const output = stdout + Object.values(written).join("");
  if (task.fails) assert.match(stderr, /\[ERROR\]|✘/);
  else assert.notEqual(output.trim(), "");
}

for (const name of Object.keys(CALLS)) {
  test(`${INPUTS[name].package}, ${INPUTS[name].go}`, { skip: noOptimizer }, async () => {
    const expected = await callApi(name, inputPath(name));
    assert.equal(expected.ended, "exit code 0", expected.stderr);
    assert.equal(expected.results.length, CALLS[name].length);
    assert.ok(expected.results.some((result) => JSON.stringify(result).length > 1000));
    assert.deepEqual(await callApi(name, await optimized(name)), expected);
  });
}

test("inspect lists the functions of an optimized module, which is not optimized again", {
  skip: noOptimizer,
}, async () => {
  const report = join(work, "esbuild.json");
  const wasm = await optimized("esbuild", ["--report", report]);
  const { passes } = JSON.parse(readFileSync(report, "utf8"));
  const removed = new Set(passes.flatMap(({ removed = [] }) => removed));
  // What was taken out has a name for as long as it stands in another's inline tree.
  const names = namesIn(wasm);
  const left = new Set(names);
  const expected = namesIn(inputPath("esbuild")).filter((name) => left.has(name) || !removed.has(name));
  assert.deepEqual(names, expected);
  const again = await optimize(
    { optimizer: gowaspBinary, optimizerArgs: ["--strict"] },
    wasm,
    join(work, "again.wasm"),
  );
  assert.match(again.error, /optimized already/);
});

/** Go's names for the functions of a module, sorted. */
function namesIn(wasm) {
  const json = execFileSync(gowaspBinary, ["inspect", "--json", wasm], { encoding: "utf8", maxBuffer: 1 << 26 });
  const { functions } = JSON.parse(json);
  return functions
    .map(({ name }) => name)
    .filter(Boolean)
    .sort();
}

test("inputs are the files that are pinned", () => {
  for (const name of Object.keys(INPUTS)) assert.ok(existsSync(inputPath(name)));
});

testOutputs(outputs);
