// The debug file in the hands of Sentry's symbol server, by the libraries that it reads files with.

import assert from "node:assert/strict";
import { join } from "node:path";
import { root } from "../../scripts/paths.mjs";
import { run } from "./callers.mjs";
import { packedFile } from "./hosts.mjs";

const CRATE = join(root, "tests/debug/symbolic");

/** At least how many addresses are asked for, where a program has as many. */
const ADDRESSES = 1000;

/** Compiles the reader. Returns the program. */
export function symbolicReader() {
  const target = join(root, "target/symbolic");
  run("cargo", [
    "build",
    "--release",
    "--locked",
    "--quiet",
    "--manifest-path",
    join(CRATE, "Cargo.toml"),
    "--target-dir",
    target,
  ]);
  return join(target, "release/symbolic-reader");
}

/**
 * Packs a program with its debug file beside it, and compares what is read of that with what the library says.
 *
 * @param {{ reader: string, gowasp: string, example: string, wasm: string, work: string }} what
 * @returns {number} how many addresses were compared
 */
export function compareWithSentry({ reader, gowasp, example, wasm, work }) {
  const [packed, symbols] = [join(work, "packed"), join(work, "symbols")];
  const debug = ["--debug", "names,dwarf", "--symbols-dir", symbols];
  run(gowasp, ["pack", wasm, "-o", packed, "--name", "app", "--encodings", "gzip", "-q", ...debug]);
  const sites = run(example, [wasm, "--optimize"]).trimEnd().split("\n");
  const step = Math.max(1, Math.floor(sites.length / ADDRESSES));
  const some = sites.filter((_, at) => at % step === 0).map((line) => line.split("\t"));
  const files = [packedFile(packed, ".wasm"), packedFile(symbols, ".debug.wasm")];
  const said = run(reader, files, some.map(([offset]) => `${offset}\n`).join(""));
  const [ids, ...lines] = said.trimEnd().split("\n");
  const [shipped, codeAt, beside, itsCodeAt] = ids.split("\t");
  assert.equal(shipped, beside, "the module and its debug file have one id");
  assert.notEqual(shipped, "00000000-0000-0000-0000-000000000000");
  // Traces have offsets in the shipped file, which the server looks up in the debug file.
  assert.equal(codeAt, itsCodeAt, "the code begins at one offset in both");
  for (const [at, [offset, , , , ...frames]] of some.entries())
    assert.deepEqual(lines[at].split("\t"), frames, `offset ${offset}`);
  return some.length;
}
