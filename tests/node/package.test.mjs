// What is published: the package's files, manifest and notices. `npm run test:package` installs it.

import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { platforms } from "../../scripts/package/platforms.mjs";
import { packMain, packPlatform } from "../../scripts/package/stage.mjs";
import { root } from "../../scripts/paths.mjs";

/** @type {string} */
let out;
before(async () => {
  out = await mkdtemp(join(tmpdir(), "gowasp-package-"));
});
after(() => rm(out, { recursive: true, force: true }));

const readJson = async (/** @type {string} */ path) => JSON.parse(await readFile(path, "utf8"));

test("the main package asks for the platforms' packages of its own version and for nothing else", async () => {
  await packMain(out);
  const folder = join(out, "gowasp");
  const manifest = await readJson(join(folder, "package.json"));
  assert.deepEqual(
    Object.keys(manifest.optionalDependencies),
    platforms.map(({ name }) => name),
  );
  assert.deepEqual([...new Set(Object.values(manifest.optionalDependencies))], [manifest.version]);
  for (const field of ["dependencies", "devDependencies", "scripts"]) assert.ok(!(field in manifest), field);
  const notices = await readFile(join(folder, "THIRD-PARTY-NOTICES"), "utf8");
  for (const name of ["brotli", "walrus", "wasmparser", "The Rust standard library"]) {
    assert.match(notices, new RegExp(`^${name}[ \\d.]* \\(.*(MIT|Apache)`, "m"));
  }
  // The native program's encoders are not in there.
  assert.doesNotMatch(notices, /^(zstd|libdeflater)/m);
});

test("a platform's package has the program and its notices, and says where it runs", async () => {
  const platform = platforms.find(({ target }) => target === "x86_64-unknown-linux-musl");
  assert.ok(platform);
  const program = join(out, "program");
  await writeFile(program, "the program", { mode: 0o755 });
  await packPlatform(platform, program, out);
  const folder = join(out, "gowasp-linux-x64-musl");
  assert.deepEqual((await readdir(folder)).sort(), [
    "LICENSE",
    "README.md",
    "THIRD-PARTY-NOTICES",
    "gowasp",
    "package.json",
  ]);
  const { name, os, cpu, libc } = await readJson(join(folder, "package.json"));
  assert.deepEqual([name, os, cpu, libc], ["@gowasp/linux-x64-musl", ["linux"], ["x64"], ["musl"]]);
  assert.match(await readFile(join(folder, "THIRD-PARTY-NOTICES"), "utf8"), /^zstd-sys .*\n.*\n[\s\S]*Meta Platforms/m);
});

const canRequire = /** @type {any} */ (process.features).require_module === true;

test("CommonJS may require the package", { skip: canRequire ? false : "this Node cannot require ES modules" }, () => {
  // Throws ERR_REQUIRE_ASYNC_MODULE where anything is awaited while it is loaded.
  const { load } = createRequire(import.meta.url)(join(root, "dist", "index.js"));
  assert.equal(typeof load, "function");
});
