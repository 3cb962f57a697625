// Measures modules in Node, as wazero/main.go does in wazero.
//
//     node node.mjs speed ROUNDS CALLS FILE...
//     node node.mjs memory FILE COUNT...

import { readFileSync } from "node:fs";
import { WASI } from "node:wasi";

const EXPORTS = ["routing", "sorting", "codec", "words", "hashing"];

const [mode, ...args] = process.argv.slice(2);
if (mode === "memory") memory(args[0], args.slice(1).map(Number));
else speed(Number(args[0]), Number(args[1]), args.slice(2));

function speed(/** @type {number} */ rounds, /** @type {number} */ calls, /** @type {string[]} */ files) {
  const all = files.map((file) => {
    const bytes = readFileSync(file);
    const start = performance.now();
    const module = new WebAssembly.Module(bytes);
    return {
      module,
      compile: performance.now() - start,
      start: [],
      first: [],
      calls: Object.fromEntries(EXPORTS.map((name) => [name, []])),
    };
  });
  for (let round = 0; round < rounds; round++) {
    for (const found of all) {
      let start = performance.now();
      const exports = instantiate(found.module);
      found.start.push(performance.now() - start);
      for (const name of EXPORTS) {
        start = performance.now();
        exports[name](round);
        if (name === EXPORTS[0]) found.first.push(performance.now() - start);
        start = performance.now();
        for (let n = 0; n < calls; n++) exports[name](n);
        found.calls[name].push((performance.now() - start) / calls);
      }
    }
  }
  for (const { module, ...found } of all) console.log(JSON.stringify(found));
}

function memory(/** @type {string} */ file, /** @type {number[]} */ counts) {
  const module = new WebAssembly.Module(readFileSync(file));
  // What the first one allocates for all is not an instance's.
  const kept = [instantiate(module)];
  const before = process.memoryUsage.rss();
  const residentKB = counts.map((count) => {
    while (kept.length <= count) kept.push(instantiate(module));
    return (process.memoryUsage.rss() - before) / 1024 / count;
  });
  console.log(JSON.stringify({ pages: kept[0].memory.buffer.byteLength >> 16, residentKB }));
}

/** @returns {any} the exports, after `_initialize` */
function instantiate(/** @type {WebAssembly.Module} */ module) {
  const wasi = new WASI({ version: "preview1" });
  const instance = new WebAssembly.Instance(module, wasi.getImportObject());
  wasi.initialize(instance);
  return instance.exports;
}
