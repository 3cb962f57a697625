// The program that the demo shows: esbuild's wasm as it is on npm, and as gowasp packs it. Both are kept in the cache.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
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
const store = join(cacheDir, "demo");

/**
 * Packs the demo's program, or finds it packed by this very binary.
 *
 * @param {string} binary the native program
 * @param {string} original what {@link packOriginal} made
 * @returns {Promise<PackedDemo>}
 * @throws {import("../process.mjs").CommandError} when `gowasp pack` fails
 */
export async function packDemo(binary, original) {
  const [wasm, program] = await Promise.all([readFile(input), readFile(binary)]);
  const name = sha256(Buffer.from(sha256(wasm) + sha256(program))).slice(0, 16);
  const folder = join(store, name);
  const paths = {
    app: join(folder, "app"),
    original,
    update: join(folder, "update"),
    summary: join(folder, "summary.txt"),
  };
  if (!existsSync(folder)) {
    console.log("packing esbuild.wasm: brotli 11 takes about half a minute, once");
    await clear([basename(original)]);
    await fill(wasm, binary, folder, original);
  }
  return { ...paths, summary: await readFile(paths.summary, "utf8") };
}

/**
 * Compresses the demo's program as it is, or finds that done.
 *
 * @returns {Promise<string>} the folder with it
 */
export async function packOriginal() {
  const wasm = await readFile(input);
  const folder = join(store, `original-${sha256(wasm).slice(0, 16)}`);
  if (!existsSync(folder)) {
    const partial = `${folder}.partial`;
    await mkdir(partial, { recursive: true });
    await writeOriginal(wasm, partial);
    await rename(partial, folder);
  }
  return folder;
}

/** What older binaries made, and what an interrupted run left. */
async function clear(/** @type {string[]} */ keep) {
  const names = (await readdir(store).catch(() => [])).filter((name) => !keep.includes(name));
  await Promise.all(names.map((name) => rm(join(store, name), { recursive: true, force: true })));
}

async function fill(
  /** @type {Buffer} */ wasm,
  /** @type {string} */ binary,
  /** @type {string} */ folder,
  /** @type {string} */ original,
) {
  const partial = `${folder}.partial`;
  const app = join(partial, "app");
  await mkdir(partial, { recursive: true });
  const summary = await run(binary, ["pack", input, "-o", app], { output: "result" });
  await writeUpdate(app, wasm, binary, join(partial, "update"));
  const [before, packed] = await Promise.all([original, app].map(sizes));
  await writeFile(join(app, "sizes.json"), JSON.stringify({ original: before, packed }));
  await writeFile(join(partial, "summary.txt"), summary.replaceAll(partial, folder).trim());
  await rename(partial, folder);
}

/** @returns {Promise<{ raw: number, br: number }>} what the manifest in a folder says */
async function sizes(/** @type {string} */ folder) {
  const { module } = JSON.parse(await readFile(join(folder, "app.json"), "utf8"));
  return { raw: module.size, br: module.encodings.br.size };
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
}

const sha256 = (/** @type {Buffer} */ bytes) => createHash("sha256").update(bytes).digest("hex");
