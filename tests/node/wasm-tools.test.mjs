// The build's tools belong to the crates that they are used on.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

test("wasm-bindgen's command has the version of the crate that the project is built with", async () => {
  const read = (/** @type {string} */ path) => readFile(new URL(`../../${path}`, import.meta.url), "utf8");
  const version = (/** @type {string} */ text, /** @type {string} */ crate) =>
    new RegExp(`name = "${crate}"\\nversion = "([^"]+)"`).exec(text)?.[1];
  const crate = version(await read("Cargo.lock"), "wasm-bindgen");
  const lock = await read("scripts/wasm-tools/Cargo.lock");
  assert.match(crate ?? "", /^0\.2\.\d+$/);
  assert.equal(version(lock, "wasm-bindgen-cli-support"), crate);
  // What `wasm-bindgen --version` says, which wasm-pack asks for.
  assert.equal(version(lock, "wasm-tools"), crate);
});
