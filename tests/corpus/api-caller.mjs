/**
 * Makes calls on an npm package whose wasm is replaced, and writes their results as JSON.
 *
 *     node api-caller.mjs hcl2json|astro WASM < [[FUNCTION, ARGUMENT...], ...]
 */
import { readFileSync, writeSync } from "node:fs";

const PACKAGES = { hcl2json: "@cdktf/hcl2json", astro: "@astrojs/compiler" };

const [name, wasm] = process.argv.slice(2);
const calls = JSON.parse(readFileSync(0, "utf8"));

// Both packages read their own file and hand its bytes to this function.
const instantiate = WebAssembly.instantiate;
let replaced = 0;
WebAssembly.instantiate = (_bytes, imports) => {
  replaced++;
  return instantiate(readFileSync(wasm), imports);
};

const api = await import(PACKAGES[name]);
const results = [];
for (const [method, ...args] of calls) {
  results.push(
    await api[method](...args).then(
      (value) => ({ value }),
      (error) => ({ error: String(error) }),
    ),
  );
}
if (replaced !== 1) throw new Error(`${PACKAGES[name]} instantiated ${replaced} modules, not one`);
writeSync(1, JSON.stringify(results));
process.exit(0);
