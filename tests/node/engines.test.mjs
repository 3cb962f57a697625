/**
 * Every Go test program for WASI does the same before and after the optimizer on engines that are not V8.
 *
 * `GOWASP_GO_RELEASES` names other releases than the machine's Go, `1.21.13,1.27.4` or `all`.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { gowaspBinary } from "../../scripts/paths.mjs";
import { runOnEngine, WASI_ENGINES } from "../engines/wasi.mjs";
import { optimize, optimizerMissing } from "../harness/optimize.mjs";
import { buildAll } from "../harness/programs/build.mjs";
import { casesOf, readPrograms } from "../harness/programs/catalog.mjs";
import { difference, unexpected } from "../harness/programs/compare.mjs";
import { ALL_RELEASES, findToolchain } from "../harness/toolchain.mjs";

const wanted = process.env.GOWASP_GO_RELEASES;
const releases = wanted === "all" ? ALL_RELEASES : (wanted?.split(",") ?? [undefined]);

/** A program with a `drive.mjs` gets imports and calls from JavaScript, which these engines do not have. */
const programs = readPrograms().filter(({ drive }) => !drive);

const missing = [optimizerMissing(gowaspBinary), ...Object.values(WASI_ENGINES).map((engine) => engine.missing())];
const engines = Object.keys(WASI_ENGINES).filter((name) => WASI_ENGINES[name].missing() === "");
const cases = [];
for (const release of releases) {
  const found = await findToolchain(release);
  if (!found.toolchain) missing.push(found.missing);
  else
    cases.push(...casesOf(programs, found.toolchain, { goos: ["wasip1"] }).filter((one) => one.variant === "default"));
}

for (const reason of missing.filter(Boolean)) {
  test("all that the engines need is there", { skip: process.env.CI !== "true" && reason }, () => {
    assert.fail(reason);
  });
}

const built = await buildAll(cases);
const work = mkdtempSync(join(tmpdir(), "gowasp-engines-"));
after(() => rmSync(work, { recursive: true, force: true }));

const skip = optimizerMissing(gowaspBinary) || engines.length === 0;
describe("programs on other engines, original and optimized", { concurrency: 2, skip }, () => {
  for (const one of cases) {
    test(one.id, async () => {
      const { wasm, error } = built.get(one.id);
      assert.equal(error, undefined);
      const output = join(work, `${one.id}.wasm`);
      const optimized = await optimize({ optimizer: gowaspBinary, optimizerArgs: [] }, wasm, output);
      assert.equal(optimized.error, "");
      for (const engine of engines) {
        const before = await runOnEngine(engine, one.program, wasm, { keep: true });
        assert.equal(unexpected(one.program, before), "", `the original on ${engine}`);
        const now = await runOnEngine(engine, one.program, output);
        assert.equal(difference(before, now), "", `the optimized module on ${engine}`);
      }
      rmSync(output);
    });
  }
});
