// What the benchmarks of the loader load, and the files that their servers send.

import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { cacheDir, gowaspBinary, root } from "../../scripts/paths.mjs";
import { run } from "../../scripts/process.mjs";

/** esbuild: packed, where the native program has been built, else as it is; brotli 9, which takes seconds. */
export async function input() {
  const original = join(root, "node_modules/esbuild-wasm/esbuild.wasm");
  const packs = existsSync(gowaspBinary);
  const key = createHash("sha256").update(readFileSync(original));
  if (packs) key.update(readFileSync(gowaspBinary));
  const folder = join(cacheDir, "bench/loader", key.digest("hex").slice(0, 16));
  const wasm = join(folder, "esbuild.wasm");
  if (!existsSync(wasm)) {
    // Those of older builds are of no use.
    rmSync(join(cacheDir, "bench/loader"), { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    if (packs) await run(gowaspBinary, ["optimize", original, "-o", wasm], { output: "capture" });
    else cpSync(original, wasm);
  }
  const raw = readFileSync(wasm);
  const encoded = join(folder, "esbuild.wasm.q9.br");
  if (!existsSync(encoded)) {
    const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: 24 };
    writeFileSync(encoded, brotliCompressSync(raw, { params }));
  }
  return { raw, br: readFileSync(encoded), from: packs ? "esbuild.wasm, optimized" : "esbuild.wasm" };
}

/** The manifest of the input as `app.wasm` and `app.wasm.br`. */
export function manifestOf(/** @type {Buffer} */ raw, /** @type {Buffer} */ br) {
  const entry = (/** @type {string} */ url, /** @type {Buffer} */ bytes) => ({
    url,
    size: bytes.length,
    sha256: createHash("sha256").update(bytes).digest("hex"),
  });
  return JSON.stringify({
    ...JSON.parse(readFileSync(join(root, "tests/golden/app.json"), "utf8")),
    module: { ...entry("app.wasm", raw), encodings: { br: entry("app.wasm.br", br) } },
  });
}

/** The package's files by path, as `[type, bytes]`. */
export function packageFiles() {
  const dist = join(root, "dist");
  const names = readdirSync(dist).filter((name) => /\.js$|^decoder_bg\.wasm$/.test(name));
  return Object.fromEntries(
    names.map((name) => [
      `/dist/${name}`,
      [name.endsWith(".js") ? "text/javascript" : "application/wasm", readFileSync(join(dist, name))],
    ]),
  );
}
