// `npx gowasp` without the native program: the same files, messages and exit codes by WebAssembly.

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { gowaspBinary, root } from "../../scripts/paths.mjs";
import { run } from "../../scripts/process.mjs";
import { runChild } from "../harness/child.mjs";
import { INPUTS, inputPath } from "../harness/inputs.mjs";
import { buildAll } from "../harness/programs/build.mjs";
import { plannedCases } from "../harness/programs/plan.mjs";
import { AT_A_TIME, difference, LAUNCHER, WASM_ENV } from "../wasm/same.mjs";

const folder = mkdtempSync(join(tmpdir(), "gowasp-wasm-program-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const timeoutMs = 300_000;

/** The files that `pack` writes, by name. */
async function packed(/** @type {"native" | "wasm"} */ program, /** @type {string} */ wasm) {
  const directory = join(folder, program);
  // Brotli is the one encoder that both have; the lowest quality, as its output is compared below.
  const args = ["pack", wasm, "-o", directory, "--name", "app", "--encodings", "br", "--brotli", "1"];
  const outcome =
    program === "native"
      ? await runChild(gowaspBinary, args, { env: process.env, timeoutMs })
      : await runChild(process.execPath, [LAUNCHER, ...args], { env: WASM_ENV, timeoutMs });
  assert.equal(outcome.exitCode, 0, outcome.stderr);
  const files = readdirSync(directory).map((name) => [name, readFileSync(join(directory, name))]);
  rmSync(directory, { recursive: true });
  return { files: new Map(files), said: [outcome.stdout.replaceAll(directory, "DIR"), outcome.stderr] };
}

for (const name of Object.keys(INPUTS)) {
  test(`pack writes the same files for ${name}`, async () => {
    const native = await packed("native", inputPath(name));
    const wasm = await packed("wasm", inputPath(name));
    assert.deepEqual([...wasm.files.keys()], [...native.files.keys()]);
    for (const [file, bytes] of native.files) assert.ok(bytes.equals(wasm.files.get(file)), `${file} differs`);
    assert.deepEqual(wasm.said, native.said);
  });
}

test("brotli 11 of both is the same file", async () => {
  const [one, two] = [join(folder, "one"), join(folder, "two")];
  // Small enough for quality 11, and not a module that either has made.
  const wasm = join(root, "dist", "decoder_bg.wasm");
  const args = ["pack", wasm, "--name", "app", "--encodings", "br", "-q", "-o"];
  await run(gowaspBinary, [...args, one]);
  await run(process.execPath, [LAUNCHER, ...args, two], { env: WASM_ENV });
  const brotli = (/** @type {string} */ directory) => {
    const file = readdirSync(directory).find((entry) => entry.endsWith(".br")) ?? "";
    return readFileSync(join(directory, file));
  };
  assert.ok(brotli(one).equals(brotli(two)));
});

/** The test programs of the machine's own Go. */
const { cases } = await plannedCases(undefined);
const own = cases.filter(({ toolchain }) => toolchain.release === cases[0].toolchain.release);
const built = await buildAll(own);

describe("modules of both programs are the same", { concurrency: AT_A_TIME }, () => {
  for (const { id } of own) {
    test(id, async () => {
      const { wasm, error } = built.get(id);
      assert.equal(error, undefined);
      assert.equal(await difference(id, wasm, []), "");
    });
  }
});

describe("and with each option", { concurrency: AT_A_TIME }, async () => {
  const small = own
    .filter(({ program }) => program.name === "reactor")
    .map(({ id }) => ({ id, wasm: built.get(id).wasm }));
  const passes = await passNames(small[0].wasm);
  const options = [
    ["--for", "raw"],
    ["--for", "speed"],
    ["--for", "server"],
    ["-O0"],
    ["--keep-names"],
    ["--keep-memory"],
    ["--gc-first-heap", "33554432"],
  ];
  for (const flags of [...options, ...passes.map((pass) => ["--skip", pass])]) {
    test(flags.join(" "), async () => {
      for (const { id, wasm } of small) assert.equal(await difference(id, wasm, flags), "");
    });
  }
});

/** @returns {Promise<string[]>} of a run's report */
async function passNames(/** @type {string} */ wasm) {
  const report = join(folder, "report.json");
  await run(gowaspBinary, ["optimize", wasm, "-q", "-o", join(folder, "any.wasm"), "--report", report]);
  return JSON.parse(readFileSync(report, "utf8")).passes.map(({ name }) => name);
}
