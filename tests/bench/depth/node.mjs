/**
 * Measures in Node: `node node.mjs WASM_EXEC_JS PROGRAM_WASM ARGUMENT...` prints how many levels deep it comes.
 */
import fs from "node:fs";
import { createRequire } from "node:module";
import { depthOf } from "./run.mjs";

const [wasmExec, wasm, ...args] = process.argv.slice(2);
globalThis.fs = { ...fs };
createRequire(import.meta.url)(wasmExec);
console.log(await depthOf(fs.readFileSync(wasm), args));
