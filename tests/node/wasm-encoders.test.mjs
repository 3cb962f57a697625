// The encoders of the WebAssembly program: brotli's thread, for which the thread of the commands waits.

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { brotliDecompressSync } from "node:zlib";
import { root } from "../../scripts/paths.mjs";
import { runChild } from "../harness/child.mjs";

const folder = mkdtempSync(join(tmpdir(), "gowasp-encoders-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Copies of the files that it takes, without those below `missing`; compresses a few bytes with them. */
async function compressed(/** @type {string} */ name, /** @type {string[]} */ missing) {
  const copy = join(folder, name);
  for (const part of ["npx/wasm", "dist/encoder.js", "dist/encoder_bg.wasm", "package.json"]) {
    cpSync(join(root, part), join(copy, part), { recursive: true });
  }
  for (const part of missing) rmSync(join(copy, part));
  const encoders = pathToFileURL(join(copy, "npx/wasm/encoders.mjs"));
  const script = `
    const { encode } = await import(${JSON.stringify(encoders.href)});
    const [packed] = encode(new Uint8Array(1000), ["br"], { quality: 5, fast: false }, () => {});
    process.stdout.write(Buffer.from(packed).toString("base64"));
  `;
  // In a process of its own, which can be ended if it waits for ever.
  const options = { env: process.env, timeoutMs: 20_000 };
  return runChild(process.execPath, ["--input-type=module", "--eval", script], options);
}

test("the thread's file is what is given back", async () => {
  const { exitCode, stdout, stderr } = await compressed("whole", []);
  assert.equal(exitCode, 0, stderr);
  assert.deepEqual(brotliDecompressSync(Buffer.from(stdout, "base64")), Buffer.alloc(1000));
});

for (const [name, missing] of Object.entries({
  "its script is missing": "npx/wasm/brotli-thread.mjs",
  "a module that it imports is missing": "npx/wasm/modules.mjs",
  "the encoder's bindings are missing": "dist/encoder.js",
  "the encoder is missing": "dist/encoder_bg.wasm",
})) {
  test(`a thread that ends before it begins is an error: ${name}`, async () => {
    const { exitCode, ended, stderr } = await compressed(name.replaceAll(/\W/g, "-"), [missing]);
    assert.equal(exitCode, 1, `${ended}\n${stderr}`);
    assert.match(stderr, /Error: br: .*(Cannot find module|no such file)/);
  });
}
