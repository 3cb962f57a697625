/**
 * A host that catches what comes out of a call and calls on gets the same answers before and after the optimizer, for as long
 * as Go's own module gives any, and finds SP on the stack of the running goroutine: exactly where Go itself has it if Go raised
 * the trap or the host was called.
 *
 * `GOWASP_GO_RELEASES` names other releases than the first supported, the first with `go:wasmexport`, the machine's own and the
 * last.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gowaspBinary } from "../../scripts/paths.mjs";
import { runChild } from "../harness/child.mjs";
import { optimize, optimizerMissing } from "../harness/optimize.mjs";
import { buildAll } from "../harness/programs/build.mjs";
import { casesOf } from "../harness/programs/catalog.mjs";
import { ALL_RELEASES, findToolchain } from "../harness/toolchain.mjs";
import { WAYS } from "./after-trap/ways.mjs";

const HOST = fileURLToPath(new URL("after-trap/host.mjs", import.meta.url));
/** A module that goes on with a wrong stack can do so for ever. */
const TIMEOUT_MS = 60_000;

/** Each leaves other calls inlined and other traps in other functions. The machine's own Go gets them all, others the first. */
const OPTIONS = [[], ["--for=speed", "--skip=mark-no-return"], ["--stop-after=lift-functions"]];

const PROGRAM = {
  name: "after-trap",
  since: "1.21",
  goos: ["wasip1", "js"],
  variants: ["default"],
  buildmode: { wasip1: "c-shared" },
  files: Object.fromEntries(["main.go", "main_js.go"].map((name) => [name, source(name)])),
};
/** The first release with exports. */
const EXPORTS = 24;

function source(name) {
  return readFileSync(new URL(`after-trap/${name}`, import.meta.url), "utf8");
}

const wanted = process.env.GOWASP_GO_RELEASES;
const releases =
  wanted === "all"
    ? ALL_RELEASES
    : (wanted?.split(",") ?? [ALL_RELEASES.at(0), `1.${EXPORTS}.13`, undefined, ALL_RELEASES.at(-1)]);
const missing = [optimizerMissing(gowaspBinary)];
const cases = [];
for (const release of releases) {
  const found = await findToolchain(release);
  if (found.toolchain) cases.push(...casesOf([PROGRAM], found.toolchain).filter((one) => waysIn(one).length > 0));
  else missing.push(found.missing);
}
for (const reason of missing.filter(Boolean)) {
  test("all that the program needs is there", { skip: process.env.CI !== "true" && reason }, () => {
    assert.fail(reason);
  });
}

const built = await buildAll(cases);
const work = mkdtempSync(join(tmpdir(), "gowasp-after-trap-"));
after(() => rmSync(work, { recursive: true, force: true }));

/** What the host is told besides the module, for each way in that the program has. */
function waysIn({ goos, toolchain: { minor, wasmExec } }) {
  const hasExports = minor >= EXPORTS;
  if (goos === "wasip1") return hasExports ? [[]] : [];
  return [...(hasExports ? [[wasmExec]] : []), [wasmExec, "callbacks"]];
}

/** What instances said after each way out. */
async function answers(one, wasm) {
  const said = [];
  for (const args of waysIn(one)) {
    const options = { env: process.env, timeoutMs: TIMEOUT_MS };
    const { stdout, stderr, exitCode, ended } = await runChild("node", [HOST, wasm, ...args], options);
    assert.equal(exitCode, 0, `${ended}\n${stderr}`);
    said.push(...stdout.trim().split("\n").map(JSON.parse));
  }
  return said;
}

describe("calls after a trap", { concurrency: 2, skip: Boolean(optimizerMissing(gowaspBinary)) }, () => {
  for (const one of cases) {
    test(one.id, async () => {
      const { wasm, error } = built.get(one.id);
      assert.equal(error, undefined);
      const before = await answers(one, wasm);
      // Go's module for js is gone after an exit, with which a panic ends there, too; what else it survives is the same.
      for (const { name, depth, died } of before) {
        const { isSurvived, exits } = WAYS.find((way) => way.name === name);
        if (!(exits && one.goos === "js"))
          assert.equal(died === "", isSurvived, `Go's own, ${name}, depth ${depth}: ${died}`);
      }
      const isLocal = one.toolchain.env.GOTOOLCHAIN === "local";
      for (const [number, options] of (isLocal ? OPTIONS : OPTIONS.slice(0, 1)).entries()) {
        const output = join(work, `${one.id} ${number}.wasm`);
        const optimized = await optimize({ optimizer: gowaspBinary, optimizerArgs: options }, wasm, output);
        assert.equal(optimized.error, "");
        const now = await answers(one, output);
        for (const [position, { name, depth, said }] of before.entries()) {
          const same = now[position].said.slice(0, said.length);
          assert.deepEqual(same, said, `${options.join(" ")}: ${name}, depth ${depth}, died of ${now[position].died}`);
        }
        rmSync(output);
      }
    });
  }
});
