#!/usr/bin/env node
/**
 * `gowasp optimize` for tests of on-stack replacement: every 8th pass of a loop unwinds, in place of every 16,384th.
 *
 *     unwind-often.mjs optimize IN -o OUT --for speed [options]
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { gowaspBinary } from "../../scripts/paths.mjs";

const args = process.argv.slice(2);
execFileSync(gowaspBinary, args, { stdio: "inherit" });
const file = args[args.indexOf("-o") + 1];
const wasm = readFileSync(file);
// i32.const 16384, global.set (PASSES in optimizer/core/src/passes/on_stack_replacement.rs); and 8, in as many bytes.
const seldom = Buffer.from([0x41, 0x80, 0x80, 0x01, 0x24]);
const often = Buffer.from([0x41, 0x88, 0x80, 0x00, 0x24]);
let count = 0;
for (let at = wasm.indexOf(seldom); at >= 0; at = wasm.indexOf(seldom, at + 1)) {
  often.copy(wasm, at);
  count++;
}
if (count === 0) throw new Error(`${file} has no loop that unwinds`);
writeFileSync(file, wasm);
