/**
 * A plugin host: calls an export that fails, catches what comes out, and calls on. Prints every answer, and where SP is then.
 *
 *     node host.mjs PROGRAM_WASM [WASM_EXEC_JS [callbacks]]
 *
 * With wasm_exec.js it is a program for GOOS=js, and calls go to its exports or, with `callbacks`, to its `js.FuncOf`s.
 */
import { readFileSync } from "node:fs";
import { withGlobals } from "./globals.mjs";
import { instantiateJs } from "./js.mjs";
import { instantiateWasi } from "./wasi.mjs";
import { WAYS } from "./ways.mjs";

const ROUNDS = 3;

/** What a host calls next: with little stack and with much, with garbage, a collection, another goroutine. */
const NEXT = [
  ["count"],
  ["grow", 0],
  ["grow", 20],
  ["grow", 200],
  ["allocate", 100],
  ["collect"],
  ["talk", 4],
  ["collect"],
  ["grow", 400],
];

const [path, wasmExec, callbacks] = process.argv.slice(2);
const module = new WebAssembly.Module(withGlobals(readFileSync(path)));
if (wasmExec) await import(wasmExec);

for (const { name, way, isExact } of WAYS) {
  for (const depth of [0, 3, 300]) console.log(JSON.stringify({ name, depth, ...answers(way, depth, isExact) }));
}
// A program for js waits for events that will not come.
process.exit(0);

/** What an instance says to a failing call and all that follow, round after round, up to the first of these that fails, too. */
function answers(way, depth, isExact) {
  const { exports } = wasmExec ? instantiateJs(module, host) : instantiateWasi(module, host);
  const calls = Array.from({ length: ROUNDS }, () => [["fail", way, depth], ...NEXT]).flat();
  const callees = callbacks ? globalThis : exports;
  const said = [];
  for (const [name, ...args] of calls) {
    try {
      said.push(`${name} ${callees[name](...args)}, ${whereSpIs(exports, isExact)}`);
    } catch (error) {
      if (name !== "fail") return { said, died: `${name} ${error.constructor.name}` };
      said.push(`${name} ${error.constructor.name}, ${whereSpIs(exports, isExact)}`);
    }
  }
  return { said, died: "" };
}

/** SP in the stack of g: by bytes from its top if that is promised. */
function whereSpIs(exports, isExact) {
  const g = Number(exports.$g.value);
  // `g.stack`, its first field, is lo and hi.
  const [low, high] = Array.from(new BigUint64Array((exports.mem ?? exports.memory).buffer, g, 2), Number);
  const sp = exports.$sp.value;
  if (sp < low || sp > high) return "SP outside of the stack";
  return isExact ? `SP ${high - sp} below the top` : "SP in the stack";
}

/** Host functions of the program. */
function host() {
  return {
    throws() {
      throw new TypeError("on purpose");
    },
  };
}
