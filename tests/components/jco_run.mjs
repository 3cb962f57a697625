// Runs a component that jco has made JavaScript of, as wasmtime_run.py does in wasmtime.
//
//     node jco_run.mjs TRANSPILED.js FOLDER [ARGUMENT...]

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [transpiled, folder, ...args] = process.argv.slice(2);
// The shim that the component uses: there is one beside it.
const { resolve } = createRequire(transpiled);
const shim = (/** @type {string} */ part) =>
  import(pathToFileURL(resolve(`@bytecodealliance/preview2-shim/${part}`)).href);
const { _setArgs, _setEnv } = await shim("cli");
const { _addPreopen } = await shim("filesystem");
_setArgs(["program", ...args]);
_setEnv(process.env);
_addPreopen("/data", folder);

const component = await import(pathToFileURL(transpiled).href);
const { run } = component;
if (run) {
  try {
    run.run();
    process.exit(0);
  } catch (error) {
    // jco's exit of a program is an exception with its code, and a result of err is one with nothing.
    console.error(error);
    process.exit(error?.code ?? (error?.payload === undefined && error instanceof WebAssembly.RuntimeError ? 134 : 1));
  }
}
const results = [];
const calls = JSON.parse(readFileSync(new URL("calls.json", import.meta.url), "utf8"));
for (const { name, arguments: given, times = 1, varies } of calls) {
  const call = component[name.replaceAll(/-(\w)/g, (_, letter) => letter.toUpperCase())];
  if (!call) continue;
  let result;
  for (let time = 0; time < times; time++) result = call(...given);
  results.push([name, varies ? "some" : typeof result === "bigint" ? Number(result) : result]);
}
console.log(JSON.stringify(results));
process.exit(0);
