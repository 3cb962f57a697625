// `gowasp/wasm_exec`: what programs of npm packages do with it, and what its class has.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { root } from "../../scripts/paths.mjs";
import { runChild } from "../harness/child.mjs";
import { withoutGo, withoutRelease } from "../harness/go.mjs";
import { findToolchain } from "../harness/toolchain.mjs";
import { PACKAGES } from "../wasm-exec/packages.mjs";
import { buildProgram } from "./go/support.mjs";

const [caller, scenario] = ["caller.mjs", "scenario.cjs"].map((name) =>
  fileURLToPath(new URL(`../wasm-exec/${name}`, import.meta.url)),
);

describe("packages from npm give the same results with it in the place of their own", () => {
  /** @type {string} */
  let modules;
  before(() => {
    // Below the repository, so that what they depend on is found.
    mkdirSync(join(root, "target"), { recursive: true });
    modules = join(mkdtempSync(join(root, "target/wasm-exec-")), "node_modules");
    mkdirSync(modules);
    symlinkSync(root, join(modules, "gowasp"));
  });
  after(() => rmSync(join(modules, ".."), { recursive: true, force: true }));

  for (const [name, { go, file, patch }] of Object.entries(PACKAGES)) {
    test(`${name}, ${go}`, async () => {
      const own = join(root, "node_modules", name);
      const changed = join(modules, name);
      cpSync(own, changed, { recursive: true });
      writeFileSync(join(changed, file), patch(readFileSync(join(own, file), "utf8")));
      const [expected, actual] = await Promise.all([own, changed].map((folder) => call(name, folder)));
      assert.equal(expected.ended, "exit code 0", expected.stderr);
      assert.ok(JSON.stringify(expected.results).length > 200);
      assert.deepEqual(actual, expected);
    });
  }
});

describe("what a page does with the class is the same as with Go's own", { skip: withoutGo }, () => {
  /** @type {Awaited<ReturnType<typeof runScenario>>} */
  let expected;
  before(async () => {
    const { toolchain } = await findToolchain(undefined);
    expected = await runScenario(toolchain.wasmExec, "local");
    assert.equal(expected.ended, "exit code 0", expected.stderr);
    assert.ok(expected.stdout.split("\n—").length > 10);
  });

  // Up to Go 1.20 programs import their host functions by another name.
  for (const release of ["local", "1.16.15", "1.27.4"]) {
    test(`Go ${release}`, { skip: withoutRelease(release) }, async () => {
      assert.deepEqual(await runScenario(join(root, "dist/wasm_exec.cjs"), release), expected);
    });
  }
});

/** Runs the scenario; without traces, which have the arguments and places of each release. */
async function runScenario(/** @type {string} */ script, /** @type {string} */ release) {
  const args = [scenario, script, buildProgram("classic", release)];
  const outcome = await runChild(process.execPath, args, { env: { PATH: process.env.PATH }, timeoutMs: 60_000 });
  const lines = outcome.stdout.split("\n").filter((line) => !/^log (\t|main\.|syscall\/)/.test(line));
  return { ...outcome, stdout: lines.join("\n") };
}

test("the module puts nothing on the global object before there is a Go", async () => {
  const { Go } = await import("gowasp/wasm_exec");
  const there = () => ["Go", "fs", "path"].map((name) => name in globalThis);
  assert.deepEqual(there(), [false, false, false]);
  new Go();
  assert.deepEqual(there(), [false, true, true]);
});

test("an unfinished line is printed when the program ends", { skip: withoutGo }, async (context) => {
  const { Go } = await import("gowasp/wasm_exec");
  const go = new Go();
  go.argv.push("unfinished");
  const { instance } = await WebAssembly.instantiate(readFileSync(buildProgram("classic")), go.importObject);
  const { mock } = context.mock.method(console, "log", () => {});
  await go.run(instance);
  assert.deepEqual(
    mock.calls.map((call) => call.arguments),
    [["[js unfinished] "], ["no end"]],
  );
});

async function call(/** @type {string} */ name, /** @type {string} */ folder) {
  const { ended, stdout, stderr } = await runChild(process.execPath, ["--stack-size=8192", caller, name, folder], {
    env: { PATH: process.env.PATH },
    timeoutMs: 120_000,
  });
  return { ended, stderr, results: stdout === "" ? [] : JSON.parse(stdout) };
}
