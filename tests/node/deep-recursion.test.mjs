/**
 * Recursion does not end where the engine's stack does: many levels more than Go's own module has on the same stack. One that never
 * ends still ends there, or at Go's own limit if that is less.
 *
 * `GOWASP_GO_RELEASES` names the releases, `1.21.13,1.27.4` or `all`; without it, the machine's Go.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gowaspBinary } from "../../scripts/paths.mjs";
import { optimize, optimizerMissing } from "../harness/optimize.mjs";
import { buildAll } from "../harness/programs/build.mjs";
import { casesOf } from "../harness/programs/catalog.mjs";
import { runUnder } from "../harness/programs/hosts.mjs";
import { ALL_RELEASES, findToolchain } from "../harness/toolchain.mjs";

const PROGRAM = {
  name: "deep-recursion",
  since: "1.21",
  goos: ["js", "wasip1"],
  buildmode: {},
  variants: ["default"],
  files: { "main.go": source("main.go"), "main_js.go": source("main_js.go") },
};
const REACTOR = {
  name: "deep-exports",
  since: "1.24",
  goos: ["wasip1"],
  buildmode: { wasip1: "c-shared" },
  variants: ["default"],
  files: { "main.go": source("exports/main.go") },
};
const DRIVE = fileURLToPath(new URL("deep-recursion/exports/drive.mjs", import.meta.url));

function source(name) {
  return readFileSync(new URL(`deep-recursion/${name}`, import.meta.url), "utf8");
}

/** Levels that no engine of JavaScript has room for, on the stack that Node and browsers have by default. */
const LEVELS = 100_000;
const STACK = "--stack-size=984";
const KINDS = [
  "direct",
  "mutual",
  "interface",
  "closure",
  "defer",
  "panic",
  "goexit",
  "goroutines",
  "collect",
  "callers",
  "again",
  "frames",
  "beneath",
  "tree",
];
const OVERFLOW = /Maximum call stack size exceeded/;
/** By GOOS. */
const HOST = { js: "wasm_exec", wasip1: "wasi" };

const wanted = process.env.GOWASP_GO_RELEASES;
const releases = wanted === "all" ? ALL_RELEASES : (wanted?.split(",") ?? [undefined]);
const found = await Promise.all(releases.map(findToolchain));
const missing = [optimizerMissing(gowaspBinary), ...found.map((one) => one.missing)].filter(Boolean);
for (const reason of missing) {
  test("all that the program needs is there", { skip: process.env.CI !== "true" && reason }, () => {
    assert.fail(reason);
  });
}
const casesFor = (program) => found.flatMap(({ toolchain }) => (toolchain ? casesOf([program], toolchain) : []));
const [cases, reactors] = [PROGRAM, REACTOR].map(casesFor);
const built = await buildAll([...cases, ...reactors]);
const work = mkdtempSync(join(tmpdir(), "gowasp-deep-"));
after(() => rmSync(work, { recursive: true, force: true }));

describe("deep recursion", { concurrency: 2, skip: optimizerMissing(gowaspBinary) || false }, () => {
  for (const one of cases) {
    test(one.id, async () => {
      const { wasm, output } = await files(one, "--check");
      const run = (kind, levels, file) => runIt(one, file, { args: [kind, String(levels)] });
      for (const kind of [...KINDS, ...(one.goos === "js" ? ["callbacks"] : [])]) {
        const { stdout, stderr, exitCode } = await run(kind, LEVELS, output);
        assert.deepEqual([stdout, exitCode], [`${kind} ${LEVELS}\n`, 0], `${kind}: ${stderr.slice(0, 2000)}`);
      }
      const own = await run("direct", LEVELS, wasm);
      assert.notEqual(own.exitCode, 0, "Go's own module comes as deep");
      assert.match(own.stderr, OVERFLOW);

      const limit = 16 * 2 ** 20;
      const over = await run("limit", limit, output);
      assert.equal(over.exitCode, 2);
      assert.match(over.stderr, new RegExp(`^runtime: goroutine stack exceeds ${limit}-byte limit$`, "m"));
      assert.match(over.stderr, /^fatal error: stack overflow$/m);
      assert.match(over.stderr, /^main\.direct\(/m);

      await files(one, "--skip=bound-nesting");
      assert.match((await run("direct", LEVELS, output)).stderr, OVERFLOW, "without the pass");
    });
  }

  for (const one of reactors) {
    test(one.id, async () => {
      const { wasm, output } = await files(one, "--check");
      const { stdout, stderr } = await runIt(one, output, { drive: DRIVE });
      const names = ["direct", "through", "goroutine", "direct", "through"];
      assert.equal(stdout, names.map((name) => `${name} ${LEVELS}\n`).join(""), stderr.slice(0, 2000));
      assert.match((await runIt(one, wasm, { drive: DRIVE })).stderr, OVERFLOW, "Go's own module comes as deep");
    });
  }
});

/** Go's module, and what the optimizer makes of it. */
async function files(one, ...options) {
  const { wasm, error } = built.get(one.id);
  assert.equal(error, undefined);
  const output = join(work, `${one.id.replaceAll(/\W/g, "-")}.wasm`);
  const optimized = await optimize({ optimizer: gowaspBinary, optimizerArgs: options }, wasm, output);
  assert.equal(optimized.error, "");
  return { wasm, output };
}

function runIt({ goos, toolchain }, file, program) {
  const all = { args: [], stdin: "", env: {}, nodeArgs: [STACK], ...program };
  return runUnder(HOST[goos], { toolchain, program: all }, file);
}
