// Runs the program with one seed under the package's host functions and under Go's wasm_exec.js, and compares. In Node and in pages.

import { LATER, makeKit, OVER } from "./kit.mjs";

/** Names that programs set on the global object. */
const GLOBALS = [
  "a",
  "b",
  "length",
  "m",
  "f",
  "then",
  "subarray",
  "set",
  "x y",
  "",
  "größe",
  "message",
  "0",
  "1",
  "2",
  "3",
  "4",
];
const ENV = { GODEBUG: "gcshrinkstackoff=1" };

/**
 * @param {WebAssembly.Module} module
 * @param {new (options: object) => any} GoHost
 * @param {number} seed
 * @returns {Promise<{ ours: string[], reference: string[] }>} what happened under each
 */
export async function runBoth(module, GoHost, seed) {
  const ours = await trace(module, seed, (kit) => {
    const host = new GoHost({
      args: [String(seed)],
      env: ENV,
      fs: kit.fs,
      path: { resolve: (/** @type {string[]} */ ...s) => s.join("/") },
    });
    return { imports: host.imports, run: (instance) => host.run(instance), end: () => host.kill() };
  });
  const reference = await trace(module, seed, (kit) => {
    const go = new /** @type {any} */ (globalThis).Go();
    go.argv = ["js", String(seed)];
    go.env = ENV;
    go.exit = () => {
      throw OVER;
    };
    // What it gives the program is on the global object.
    Object.assign(globalThis, { fs: kit.fs, path: { resolve: (/** @type {string[]} */ ...s) => s.join("/") } });
    return { imports: go.importObject.gojs, run: (instance) => go.run(instance), end: () => (go.exited = true) };
  });
  return { ours, reference };
}

/** Brings what would end up on the console into the account, and takes chance out of Go's maps. To be called once. */
export function prepare() {
  const report = (/** @type {string} */ how, /** @type {any} */ what) => {
    // What is left of earlier runs: the reference does not clear its timers.
    if (what === OVER || what?.message === "Go program has already exited") return;
    /** @type {any} */ (globalThis).kit.report(how, what);
  };
  console.error = (/** @type {any[]} */ ...all) => report("console", all.join(" "));
  console.warn = console.error;
  // These are in reach of the names that programs use; what one sets on them must not reach the next.
  const { prototype } = Object.getPrototypeOf(Uint8Array);
  for (const shared of [prototype.set, prototype.subarray, Map.prototype.set, Promise.prototype.then])
    Object.freeze(shared);
  crypto.getRandomValues = (/** @type {any} */ array) => array.fill(7);
  const { process } = globalThis;
  if (process) {
    process.on("unhandledRejection", (reason) => report("unhandled", reason));
    process.on("uncaughtException", (error) => report("uncaught", error));
    return;
  }
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    report(LATER, event.reason);
  });
  globalThis.addEventListener("error", (event) => report("uncaught", event.error));
}

/**
 * @typedef {{ imports: Record<string, (sp: number) => void>, run: (instance: WebAssembly.Instance) => Promise<unknown>, end: () => unknown }} Side
 */

/** What happens when the program runs on one side. */
async function trace(
  /** @type {WebAssembly.Module} */ module,
  /** @type {number} */ seed,
  /** @type {(kit: any) => Side} */ makeSide,
) {
  const kit = makeKit(seed);
  Object.assign(globalThis, { kit });
  const { imports, run, end } = makeSide(kit);
  const exit = imports["runtime.wasmExit"];
  imports["runtime.wasmExit"] = (sp) => {
    const code = new DataView(/** @type {any} */ (instance.exports.mem).buffer).getInt32((sp >>> 0) + 8, true);
    kit.end(`exit ${code}`);
    exit(sp);
  };
  const instance = new WebAssembly.Instance(module, { gojs: imports });
  // What passes through main ends the program; under the reference it could be called again.
  run(instance).catch((error) => kit.end(`passed ${error?.message ?? typeof error}`));
  // A program may wait for what never comes, after an exception through one of its calls.
  let idle = 0;
  const watch = setInterval(() => {
    idle = kit.pending === 0 ? idle + 1 : 0;
    // Pages report what nobody has handled a turn later.
    if (idle > 2) kit.end("stalled");
  });
  await kit.over;
  clearInterval(watch);
  end();
  // What is under way yet must not reach the next run.
  await new Promise((resolve) => setTimeout(resolve));
  for (const name of GLOBALS) Reflect.deleteProperty(globalThis, name);
  return [...kit.trace.slice(0, -1), ...kit.belated, ...kit.trace.slice(-1)];
}

/**
 * Runs seeds one after the other.
 *
 * @param {WebAssembly.Module} module
 * @param {new (options: object) => any} GoHost
 * @param {{ from: number, count: number }} seeds
 * @returns {Promise<{ lines: number, ends: Record<string, number>, differences: Difference[] }>} how much happened, how the runs ended,
 *   and where they differ
 *
 * @typedef {{ seed: number, ours: string[], reference: string[] }} Difference the lines around the first that differs
 */
export async function runSeeds(module, GoHost, { from, count }) {
  let lines = 0;
  /** @type {Record<string, number>} */
  const ends = {};
  /** @type {Difference[]} */
  const differences = [];
  for (let seed = from; seed < from + count; seed++) {
    const { ours, reference } = await runBoth(module, GoHost, seed);
    lines += reference.length;
    const [end = ""] = (reference.at(-1) ?? "").split(" ");
    ends[end] = (ends[end] ?? 0) + 1;
    const at = Array.from({ length: Math.max(ours.length, reference.length) }).findIndex(
      (_, i) => ours[i] !== reference[i],
    );
    if (at < 0) continue;
    const around = (/** @type {string[]} */ all) => all.slice(Math.max(0, at - 6), at + 2);
    differences.push({ seed, ours: around(ours), reference: around(reference) });
  }
  return { lines, ends, differences };
}
