// Times single operations between Go and JavaScript under the package's host functions and under Go's own wasm_exec.js: one
// process, the two taking turns, the median of the rounds. Usage: node tests/bench/bridge.mjs [--rounds N] [--only TEXT]

import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { builtProgram, goroot } from "../harness/go.mjs";
import { importHost } from "../harness/go_host.mjs";
import { median } from "./measure/statistics.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));

// Operations and how often a round repeats them: so often that a round takes some milliseconds.
const OPERATIONS = {
  "Get number": 20_000,
  "Get object": 5_000,
  "Set number": 20_000,
  Index: 20_000,
  SetIndex: 20_000,
  Length: 20_000,
  "Call, no arguments": 20_000,
  "Call, three numbers": 20_000,
  "Invoke, one number": 20_000,
  "New, no arguments": 5_000,
  InstanceOf: 20_000,
  "String, 10 ASCII": 10_000,
  "String, 100 ASCII": 10_000,
  "String, 10 Greek": 10_000,
  "ValueOf, 10 ASCII": 5_000,
  "ValueOf, 10 Greek": 5_000,
  "CopyBytesToGo, 16 B": 20_000,
  "CopyBytesToJS, 16 B": 20_000,
  "CopyBytesToGo, 4 KiB": 10_000,
  "CopyBytesToJS, 4 KiB": 10_000,
  "FuncOf callback": 1_000,
  "time.Now": 20_000,
  "time.Sleep(1 µs)": 100,
  "timer channel, 1 µs": 100,
  "goroutine switch only": 5_000,
};

const { values: flags } = parseArgs({
  options: { rounds: { type: "string", default: "15" }, only: { type: "string", default: "" } },
});

const wasm = builtProgram(path.join(here, "bridge"));
const module = await WebAssembly.compile(readFileSync(wasm));
const sides = [await startOurs(), await startGos()];

console.log(`${"ns per operation".padEnd(24)} wasm_exec.js      gowasp    ratio`);
for (const [name, count] of Object.entries(OPERATIONS)) {
  if (!name.includes(flags.only)) continue;
  const samples = [[], []];
  for (let round = 0; round < Number(flags.rounds); round++) {
    for (const side of round % 2 ? [0, 1] : [1, 0])
      samples[side].push((await measure(sides[side], name, count)) / count);
  }
  const [ours, gos] = samples.map(median);
  const cells = [gos.toFixed(0).padStart(13), ours.toFixed(0).padStart(12), (ours / gos).toFixed(2).padStart(9)];
  console.log(name.padEnd(23), ...cells);
}
process.exit(0);

async function startOurs() {
  const { GoHost } = await importHost();
  const host = new GoHost();
  return start(host.imports, (instance) => host.run(instance));
}

async function startGos() {
  await import(pathToFileURL(path.join(goroot(), "lib/wasm/wasm_exec.js")));
  const go = new globalThis.Go();
  return start(go.importObject.gojs, (instance) => go.run(instance));
}

/** Runs the Go program and returns its function `run(name, n, done)`. */
async function start(gojs, run) {
  const instance = await WebAssembly.instantiate(module, { gojs });
  return new Promise((resolve, reject) => {
    globalThis.bridgeTarget = {
      ready: resolve,
      number: 1,
      object: { inner: true },
      array: [1, 2, 3, 4],
      nothing() {},
      sum: (a, b, c) => a + b + c,
      callBack(callback) {
        callback(1);
      },
      text10: "abcdefghij",
      text100: "abcdefghij".repeat(10),
      greek10: "αβγδεζηθικ",
      bytes16: new Uint8Array(16),
      bytes4096: new Uint8Array(4096),
    };
    run(instance).catch(reject);
  });
}

function measure(run, name, count) {
  return new Promise((resolve) => {
    run(name, count, resolve);
  });
}
