// The WebAssembly modules of this package, as `npm run build` leaves them in dist.

import { readFileSync } from "node:fs";

/** @typedef {"optimizer" | "optimizer-full" | "encoder"} Name */

/** @returns {Promise<any>} what wasm-bindgen made for a module, which is not instantiated yet */
export const bindingsOf = (/** @type {Name} */ name) => import(new URL(`../../dist/${name}.js`, import.meta.url).href);

/** Compiles and instantiates a module, and waits for it. @returns {{ memory: WebAssembly.Memory }} */
export function instantiate(/** @type {any} */ bindings, /** @type {Name} */ name) {
  const bytes = readFileSync(new URL(`../../dist/${name}_bg.wasm`, import.meta.url));
  return bindings.initSync({ module: new WebAssembly.Module(bytes) });
}
