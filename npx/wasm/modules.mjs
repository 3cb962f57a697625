// The WebAssembly modules of this package, as `npm run build` leaves them in dist. The published package has the one with
// all commands only as a brotli file (scripts/package/stage.mjs).

import { existsSync, readFileSync } from "node:fs";
import { brotliDecompressSync } from "node:zlib";

/** @typedef {"optimizer" | "optimizer-full" | "encoder"} Name */

/** @returns {Promise<any>} what wasm-bindgen made for a module, which is not instantiated yet */
export const bindingsOf = (/** @type {Name} */ name) => import(new URL(`../../dist/${name}.js`, import.meta.url).href);

/** Compiles and instantiates a module, and waits for it. @returns {{ memory: WebAssembly.Memory }} */
export function instantiate(/** @type {any} */ bindings, /** @type {Name} */ name) {
  return bindings.initSync({ module: new WebAssembly.Module(bytesOf(name)) });
}

/** @returns {Uint8Array<ArrayBuffer>} */
function bytesOf(/** @type {Name} */ name) {
  const file = new URL(`../../dist/${name}_bg.wasm`, import.meta.url);
  if (existsSync(file)) return readFileSync(file);
  return brotliDecompressSync(readFileSync(new URL(`${file.href}.br`)));
}
