// The package in the hands of a bundler for the browser.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

test("it bundles without a complaint, the decoder as a chunk that is loaded when needed", async () => {
  const { outputFiles, warnings } = await build({
    stdin: {
      contents: 'import { load } from "gowasp"; load("/app/app.json");',
      resolveDir: fileURLToPath(new URL("../..", import.meta.url)),
    },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    outdir: "out",
    write: false,
    logLevel: "silent",
  });
  assert.deepEqual(warnings, []);
  const texts = outputFiles.map(({ text }) => text);
  assert.ok(texts.length > 1, "one file only");
  // Bundlers that copy assets look for exactly this.
  assert.ok(texts.some((text) => /new URL\("(\.\/)?decoder_bg\.wasm", ?import\.meta\.url\)/.test(text)));
});

test("an import that is not used leaves nothing behind", async () => {
  const { outputFiles } = await build({
    stdin: { contents: 'import { load } from "gowasp";', resolveDir: fileURLToPath(new URL("../..", import.meta.url)) },
    bundle: true,
    format: "esm",
    write: false,
    logLevel: "silent",
  });
  assert.equal(outputFiles[0]?.text.trim(), "");
});
