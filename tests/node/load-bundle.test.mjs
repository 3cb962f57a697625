// The package in the hands of a bundler and of a type checker.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { build } from "esbuild";
import { root } from "../../scripts/paths.mjs";

test("it bundles without a complaint, the decoder as a chunk that is loaded when needed", async () => {
  const { outputFiles, warnings } = await build({
    stdin: {
      contents: 'import { load } from "gowasp"; load("/app/app.json");',
      resolveDir: root,
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
    stdin: { contents: 'import { load } from "gowasp";', resolveDir: root },
    bundle: true,
    format: "esm",
    write: false,
    logLevel: "silent",
  });
  assert.equal(outputFiles[0]?.text.trim(), "");
});

/** What a strict TypeScript project with these libraries has to say of a file that uses the package. */
function complaints(/** @type {string} */ text, /** @type {string} */ lib) {
  const folder = mkdtempSync(join(tmpdir(), "gowasp-types-"));
  try {
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(root, join(folder, "node_modules/gowasp"), "junction");
    writeFileSync(join(folder, "use.ts"), text);
    const options = ["--noEmit", "--strict", "--types", "", "--lib", lib, "--module", "preserve"];
    const tsc = join(root, "node_modules/.bin/tsc");
    return spawnSync(tsc, [...options, "--target", "ES2022", "use.ts"], { cwd: folder, encoding: "utf8" }).stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("its types hold in a strict project that has no types of Node", () => {
  assert.equal(complaints(USE, "ES2022,DOM"), "");
});

test("and in one that has none of the web either", () => {
  const text = `
    import { type GoApp, load } from "gowasp";
    export const app: Promise<GoApp> = load("app.json", { args: ["a"] });`;
  assert.equal(complaints(text, "ES2022"), "");
});

const USE = `
import { type GoApp, GowaspError, load, preload, type WorkerGoApp } from "gowasp";
export async function use(): Promise<number> {
  const app: GoApp = await load("app.json", { args: ["a"], onProgress: ({ loaded, total }) => void (loaded / (total ?? 1)) });
  const remote: WorkerGoApp = await load(app.module, { worker: true });
  const aBoolean = Math.random() < 0.5;
  const either: GoApp | WorkerGoApp = await load(fetch("app.json"), { worker: aBoolean, ready: "add" });
  either.kill();
  const typed = await load<{ add(a: number, b: number): number }>(new URL("app.json", location.href), { ready: ({ add }) => !!add });
  const sum: number = typed.exports.add(1, 2);
  await typed.call("add", sum);
  await preload("app.json", { fetchPriority: "low", integrity: "sha256-AAAA" });
  // @ts-expect-error: a function does not get to a worker
  await load("app.json", { worker: true, ready: () => true });
  // @ts-expect-error: a worker's exports are not here
  remote.exports;
  // @ts-expect-error: its functions cannot be copied there
  await load("app.json", { worker: true, imports: {} });
  try {
    return await app.exited;
  } catch (error) {
    if (error instanceof GowaspError && error.code === "integrity") return 1;
    throw error;
  }
}
`;
