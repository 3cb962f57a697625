/**
 * Loops that unwind by themselves (`--for speed`) go on where they were, in all programs that have such loops, however often
 * they do it.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gowaspBinary } from "../../scripts/paths.mjs";
import { optimizerMissing } from "../harness/optimize.mjs";
import { buildAll } from "../harness/programs/build.mjs";
import { check } from "../harness/programs/check.mjs";
import { plannedCases } from "../harness/programs/plan.mjs";

const optimizer = fileURLToPath(new URL("../harness/unwind-often.mjs", import.meta.url));

/** Callbacks of the host, collections, deep stacks, panics, iterators, other goroutines. */
const PROGRAMS = [
  "encoding",
  "gc",
  "iterators",
  "js_callbacks",
  "panics",
  "recursion",
  "regexps",
  "select",
  "templates",
];

const { cases } = await plannedCases(undefined);
const chosen = cases.filter(({ id }) => PROGRAMS.includes(id.split(" ")[0]));
const missing = chosen.length > 0 ? optimizerMissing(gowaspBinary) : "the go command is not installed";
const built = missing ? new Map() : await buildAll(chosen);

test("all that it needs is there", { skip: process.env.CI !== "true" && missing !== "" && missing }, () => {
  assert.equal(missing, "");
});

describe("every 8th pass of a loop unwinds", { concurrency: 2 }, () => {
  for (const one of chosen) {
    test(one.id, { skip: missing !== "" && missing }, async () => {
      const options = { optimizer, optimizerArgs: ["--for", "speed"], hosts: ["wasm_exec", "wasi"] };
      const { failures } = await check(one, built.get(one.id).wasm, options);
      assert.deepEqual(failures, []);
    });
  }
});
