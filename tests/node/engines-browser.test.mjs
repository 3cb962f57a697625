/**
 * Go test programs for `GOOS=js` do the same before and after the optimizer in Firefox and WebKit, where these are installed.
 * That takes many minutes, so it has to be asked for: `GOWASP_BROWSERS=all`.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gowaspBinary } from "../../scripts/paths.mjs";
import { runInBrowser } from "../engines/programs.mjs";
import { BROWSERS } from "../harness/browsers.mjs";
import { optimize, optimizerMissing } from "../harness/optimize.mjs";
import { buildAll } from "../harness/programs/build.mjs";
import { casesOf, readPrograms } from "../harness/programs/catalog.mjs";
import { difference, unexpected } from "../harness/programs/compare.mjs";
import { findToolchain } from "../harness/toolchain.mjs";

/** They need files, standard input, functions of Node, or an event loop that ends, which a page does not have. */
const NOT_IN_PAGES = new Set(["deadlock", "files", "goexit_main", "js_callbacks", "js_values", "profile", "stdin"]);

for (const browser of ["firefox", "webkit"]) {
  const { toolchain, missing } = await findToolchain();
  const unasked = process.env.GOWASP_BROWSERS !== "all" && "GOWASP_BROWSERS=all runs it";
  const skip = unasked || BROWSERS[browser].missing() || optimizerMissing(gowaspBinary) || missing || false;
  test(`programs in ${browser}, original and optimized`, { skip }, async (t) => {
    const programs = readPrograms().filter(({ name, drive }) => !drive && !NOT_IN_PAGES.has(name));
    const cases = casesOf(programs, toolchain, { goos: ["js"] }).filter(({ variant }) => variant === "default");
    const built = await buildAll(cases);
    const work = mkdtempSync(join(tmpdir(), "gowasp-engines-"));
    try {
      const runs = [];
      for (const { id, program } of cases) {
        const { wasm, error } = built.get(id);
        assert.equal(error, undefined);
        const output = join(work, `${program.name}.wasm`);
        const optimized = await optimize({ optimizer: gowaspBinary, optimizerArgs: [] }, wasm, output);
        assert.equal(optimized.error, "");
        runs.push({ program, wasm }, { program, wasm: output });
      }
      const outcomes = await runInBrowser(browser, runs, toolchain.wasmExec);
      for (const [i, { id, program }] of cases.entries()) {
        await t.test(id, () => {
          const [before, after] = outcomes.slice(2 * i, 2 * i + 2);
          assert.equal(unexpected(program, before), "", "the original");
          assert.equal(difference(before, after), "", "the optimized module");
        });
      }
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
}
