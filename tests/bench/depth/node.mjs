/**
 * Measures in Node: `node node.mjs WASM_EXEC_JS PROGRAM_WASM KIND` prints how many levels deep it comes.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [wasmExec, wasm, kind] = process.argv.slice(2);
const require = createRequire(import.meta.url);
globalThis.fs = { ...require("node:fs") };
require(wasmExec);
// As a script: `require` takes a `.js` file of this package for a module.
(0, eval)(readFileSync(new URL("run.js", import.meta.url), "utf8"));
console.log(await globalThis.depthOf(readFileSync(wasm), kind));
