/**
 * A Go program whose declared memory ends where its data does is optimized like any other, and does the same while it
 * collects garbage all the time. Other tools lower the memory so; Go grows it when it needs more.
 *
 * `GOWASP_GO_RELEASES` names the releases, `1.21.13,1.27.4` or `all`; without it, the machine's Go.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { gowaspBinary } from "../../scripts/paths.mjs";
import { optimize, optimizerMissing } from "../harness/optimize.mjs";
import { buildAll } from "../harness/programs/build.mjs";
import { casesOf, readPrograms } from "../harness/programs/catalog.mjs";
import { check, missingParts } from "../harness/programs/check.mjs";
import { HOST_NAMES } from "../harness/programs/hosts.mjs";
import { reportText } from "../harness/programs/report.mjs";
import { ALL_RELEASES, findToolchain } from "../harness/toolchain.mjs";

/** From 1.21 on every program grows its memory before `main`; those before may never, and keep what is declared. */
const GROWS_FIRST = 21;

const options = { optimizer: gowaspBinary, optimizerArgs: [], hosts: HOST_NAMES };

const wanted = process.env.GOWASP_GO_RELEASES;
const releases = wanted === "all" ? ALL_RELEASES : (wanted?.split(",") ?? [undefined]);
const found = await Promise.all(releases.map(findToolchain));
const missing = [...missingParts(options), ...found.map((one) => one.missing ?? "")].filter(Boolean);
for (const reason of missing) {
  test("all that the programs need is there", { skip: process.env.CI !== "true" && reason }, () => {
    assert.fail(reason);
  });
}

const stressed = readPrograms()
  .filter(({ name }) => name === "gc")
  .map((program) => ({ ...program, env: { ...program.env, GOGC: "1" } }));
const cases = found.flatMap(({ toolchain }) => (toolchain ? casesOf(stressed, toolchain) : []));
const built = await buildAll(cases);
describe("programs that declare no memory above their data", { concurrency: 2 }, () => {
  const work = mkdtempSync(join(tmpdir(), "gowasp-memory-"));
  after(() => rmSync(work, { recursive: true, force: true }));
  for (const one of cases) {
    test(one.id, { skip: optimizerMissing(options.optimizer) || false }, async () => {
      const { wasm, error } = built.get(one.id);
      assert.equal(error, undefined);
      const file = (name) => join(work, `${one.goos}-${one.toolchain.release}-${name}.wasm`);
      const bytes = readFileSync(wasm);
      writeFileSync(file("tight"), withPages(bytes, pagesOf(bytes) - roomAbove(one.toolchain)));
      const report = await check(one, file("tight"), options);
      assert.deepEqual(report.failures, [], reportText(report));
      const wide = await optimize(options, wasm, file("wide"));
      const declared = pagesOf(readFileSync(file("wide")));
      if (one.toolchain.minor < GROWS_FIRST) {
        assert.equal(declared, pagesOf(bytes), "less is declared than Go may need without growing it");
        return;
      }
      assert.equal(report.hashes.output, wide.hashes.output, "more or less is declared than for Go's own file");
      assert.ok(declared < pagesOf(bytes), "as much is declared as before");
    });
  }
});

/** Pages that the linker declares beyond what any variable of a test program needs (writeMemorySec in asm.go). */
function roomAbove({ minor }) {
  // 16 MB are counted from the end of the initialized data up to 1.23, 1 MB from the end of all.
  return minor < 24 ? 240 : 15;
}

/** @returns {number} the minimum size of a module's memory */
function pagesOf(bytes) {
  return number(bytes, memorySection(bytes).start + 2).value;
}

/** The module with another minimum, and no maximum. */
function withPages(bytes, pages) {
  const { at, end } = memorySection(bytes);
  const content = [1, 0, ...encoded(pages)];
  return Buffer.concat([bytes.subarray(0, at), Buffer.from([5, content.length, ...content]), bytes.subarray(end)]);
}

/** Where the memory section and its content begin, and where both end. */
function memorySection(bytes) {
  for (let at = 8; at < bytes.length; ) {
    const { value: size, next: start } = number(bytes, at + 1);
    if (bytes[at] === 5) return { at, start, end: start + size };
    at = start + size;
  }
  throw new Error("no memory section");
}

/** A base-128 number. */
function number(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return { value, next: at };
  }
}

function encoded(value) {
  return value < 128 ? [value] : [(value & 127) | 128, ...encoded(value >> 7)];
}
