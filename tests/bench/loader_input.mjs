// What the benchmarks of the loader load, and the files that their servers send.

import { createHash } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { gowaspBinary, root } from "../../scripts/paths.mjs";
import { run } from "../../scripts/process.mjs";
import { cachedFolder } from "../harness/cache.mjs";
import { inputPath } from "../harness/inputs.mjs";

/** esbuild: packed, where the native program has been built, else as it is; brotli 9, which takes seconds. */
export async function input() {
  const original = inputPath("esbuild");
  const packs = existsSync(gowaspBinary);
  const from = [original, ...(packs ? [gowaspBinary] : [])].map((file) => readFileSync(file));
  const folder = await cachedFolder("bench/loader", from, async (folder) => {
    const wasm = join(folder, "esbuild.wasm");
    if (packs) await run(gowaspBinary, ["optimize", original, "-o", wasm], { output: "capture" });
    else cpSync(original, wasm);
    const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: 24 };
    writeFileSync(join(folder, "esbuild.wasm.q9.br"), brotliCompressSync(readFileSync(wasm), { params }));
  });
  const [raw, br] = ["esbuild.wasm", "esbuild.wasm.q9.br"].map((name) => readFileSync(join(folder, name)));
  return { raw, br, from: packs ? "esbuild.wasm, optimized" : "esbuild.wasm" };
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
