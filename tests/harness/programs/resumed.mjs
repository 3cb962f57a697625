/**
 * Which resume points a program was really gone on with at, under `gowasp optimize --resume-stress`
 * (optimizer/core/src/passes/stress_resumes.rs).
 *
 * A program that was built so has a word for each resume point, which becomes 1 when the trampoline enters there. The process
 * that runs it leaves the counts beside the module when it ends.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";

/** The export that says where the words are; that of their number. */
export const RESUME_POINTS = "gowasp.resume_points";
const COUNT = "gowasp.resume_point_count";

/** @typedef {{resumed: number, points: number}} Resumed */

/**
 * Called where the module ran, when its process ends.
 *
 * @param {string} wasm path of the module
 * @param {WebAssembly.Exports} exports
 * @param {WebAssembly.Memory} memory
 */
export function recordResumed(wasm, exports, memory) {
  const points = exports[COUNT].value;
  const words = new Uint32Array(memory.buffer, exports[RESUME_POINTS].value, points);
  const resumed = words.reduce((sum, word) => sum + word, 0);
  writeFileSync(fileBeside(wasm), JSON.stringify({ resumed, points }));
}

/**
 * What the last run of a module has left; `undefined` where it counts nothing.
 *
 * @param {string} wasm path of the module
 * @returns {Resumed | undefined}
 */
export function readResumed(wasm) {
  const file = fileBeside(wasm);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

/**
 * The share of several runs in words, an empty string for none.
 *
 * @param {(Resumed | undefined)[]} all
 */
export function resumedText(all) {
  const counted = all.filter((one) => one !== undefined);
  if (counted.length === 0) return "";
  const sum = (key) => counted.reduce((total, one) => total + one[key], 0);
  const shares = counted.map(({ resumed, points }) => resumed / points);
  const range = `${percent(Math.min(...shares))} to ${percent(Math.max(...shares))} a program`;
  const share = percent(sum("resumed") / sum("points"));
  return `resume points really resumed: ${sum("resumed")} of ${sum("points")}, ${share} (${range})`;
}

function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}

function fileBeside(wasm) {
  return `${wasm}.resumed.json`;
}
