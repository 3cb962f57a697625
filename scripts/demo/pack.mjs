// The program that the demo shows: esbuild's wasm as it is on npm, and as gowasp packs it. Both are kept in the cache.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";
import { cacheDir, root } from "../paths.mjs";
import { run } from "../process.mjs";
import { writeUpdate } from "./update.mjs";

/**
 * @typedef {object} PackedDemo
 * @property {string} app folder that `gowasp pack` wrote, with `sizes.json` for the page
 * @property {string} original folder with the input in the same form: brotli 11 and a manifest, nothing optimized
 * @property {string} update folder with an edited version and the delta to it, see `writeUpdate`
 * @property {string} summary what `gowasp pack` printed
 */

const input = join(root, "node_modules", "esbuild-wasm", "esbuild.wasm");

/**
 * Packs the demo's program, or finds it packed by this very binary.
 *
 * @param {string} binary the native program
 * @returns {Promise<PackedDemo>}
 * @throws {import("../process.mjs").CommandError} when `gowasp pack` fails
 */
export async function packDemo(binary) {
  const [wasm, program] = await Promise.all([readFile(input), readFile(binary)]);
  const store = join(cacheDir, "demo");
  const name = sha256(Buffer.from(sha256(wasm) + sha256(program))).slice(0, 16);
  const folder = join(store, name);
  const paths = {
    app: join(folder, "app"),
    original: join(folder, "original"),
    update: join(folder, "update"),
    summary: join(folder, "summary.txt"),
  };
  if (!existsSync(folder)) {
    console.log("packing esbuild.wasm: brotli 11 takes about a minute, once");
    await clear(store);
    await fill(wasm, binary, folder);
  }
  return { ...paths, summary: await readFile(paths.summary, "utf8") };
}

/** What older binaries made, and what an interrupted run left. */
async function clear(/** @type {string} */ store) {
  const names = await readdir(store).catch(() => []);
  await Promise.all(names.map((name) => rm(join(store, name), { recursive: true, force: true })));
}

async function fill(/** @type {Buffer} */ wasm, /** @type {string} */ binary, /** @type {string} */ folder) {
  const partial = `${folder}.partial`;
  const [app, original] = [join(partial, "app"), join(partial, "original")];
  await mkdir(original, { recursive: true });
  const [summary, before] = await Promise.all([
    run(binary, ["pack", input, "-o", app], { output: "result" }),
    writeOriginal(wasm, original),
  ]);
  await writeUpdate(app, wasm, binary, join(partial, "update"));
  const { module } = JSON.parse(await readFile(join(app, "app.json"), "utf8"));
  const packed = { raw: module.size, br: module.encodings.br.size };
  await writeFile(join(app, "sizes.json"), JSON.stringify({ original: before, packed }));
  await writeFile(join(partial, "summary.txt"), summary.replaceAll(partial, folder).trim());
  await rename(partial, folder);
}

/** The input in the form that `gowasp pack` gives its output, so that the page can start both in the same way. */
async function writeOriginal(/** @type {Buffer} */ wasm, /** @type {string} */ folder) {
  const br = await promisify(brotliCompress)(wasm, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      // The largest window that every browser decodes.
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_SIZE_HINT]: wasm.length,
    },
  });
  const hash = sha256(wasm);
  const url = `esbuild.${hash.slice(0, 16)}.wasm`;
  const manifest = {
    format: 1,
    generator: "gowasp demo",
    name: "esbuild",
    go: null,
    abi: "gojs",
    module: {
      url,
      size: wasm.length,
      sha256: hash,
      encodings: { br: { url: `${url}.br`, size: br.length, sha256: sha256(br) } },
    },
    symbols: null,
    passes: [],
    stripped: [],
  };
  await writeFile(join(folder, url), wasm);
  await writeFile(join(folder, `${url}.br`), br);
  await writeFile(join(folder, "app.json"), JSON.stringify(manifest));
  return { raw: wasm.length, br: br.length };
}

const sha256 = (/** @type {Buffer} */ bytes) => createHash("sha256").update(bytes).digest("hex");
