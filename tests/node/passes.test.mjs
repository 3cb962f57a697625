/**
 * Each pass can be left out: the program runs as before, the checker refuses nothing, and the report says so. Each can be
 * the last.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { gowaspBinary } from "../../scripts/paths.mjs";
import { optimizerMissing } from "../harness/optimize.mjs";
import { buildAll } from "../harness/programs/build.mjs";
import { check } from "../harness/programs/check.mjs";
import { plannedCases } from "../harness/programs/plan.mjs";

/** Recovers, unwinds, calls deferred closures: what most passes look at. */
const PROGRAM = "defer";

const folder = mkdtempSync(join(tmpdir(), "gowasp-passes-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const { cases } = await plannedCases(undefined);
const one = cases.find(({ id }) => id.startsWith(`${PROGRAM} js`));
const missing = one ? optimizerMissing(gowaspBinary) : "the go command is not installed";

// Before the first test: the folder goes when those that are known have ended.
const wasm = missing ? undefined : (await buildAll([one])).get(one.id).wasm;
const passes = missing ? [] : report();

test("all that it needs is there", { skip: process.env.CI !== "true" && missing !== "" && missing }, () => {
  assert.equal(missing, "");
});

describe("passes", { concurrency: 2 }, () => {
  for (const [place, { name }] of passes.entries()) {
    test(`without ${name}`, async () => {
      const { failures } = await check(one, wasm, options("--skip", name));
      assert.deepEqual(failures, []);
      const skipped = report("--skip", name).find((pass) => pass.name === name);
      assert.deepEqual(skipped, { name, status: "skipped", reason: "--skip" });
    });
    test(`up to ${name}`, () => {
      const others = report("--stop-after", name).slice(place + 1);
      assert.ok(others.every(({ status }) => status === "skipped"));
    });
  }
});

/** What the optimizer says of each pass. */
function report(...flags) {
  const file = join(folder, `report${flags.join("")}`);
  const args = ["optimize", wasm, "-o", `${file}.wasm`, "-q", "--report", `${file}.json`, ...flags];
  execFileSync(gowaspBinary, args);
  return JSON.parse(readFileSync(`${file}.json`, "utf8")).passes;
}

function options(...optimizerArgs) {
  return { optimizer: gowaspBinary, optimizerArgs, hosts: ["wasm_exec"] };
}
