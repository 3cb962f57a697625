// The commands as WebAssembly, in this process.

import { readFileSync } from "node:fs";
import { NodeHost } from "./host.mjs";

/** Where `npm run build` puts what optimizer/web is built to. */
const bindings = new URL("../../dist/optimizer.js", import.meta.url);
const binary = new URL("../../dist/optimizer_bg.wasm", import.meta.url);
const encoderBindings = new URL("../../dist/encoder.js", import.meta.url);
const encoderBinary = new URL("../../dist/encoder_bg.wasm", import.meta.url);

/**
 * @param {string[]} args
 * @returns {Promise<number>} the exit code
 */
export async function runWasm(args) {
  const optimizer = await import(bindings.href);
  const { memory } = optimizer.initSync({ module: new WebAssembly.Module(readFileSync(binary)) });
  const encoder = await import(encoderBindings.href);
  optimizer.setBrotli(
    (/** @type {Uint8Array} */ bytes, /** @type {number} */ quality, /** @type {number} */ window) => {
      // Does nothing the second time.
      encoder.initSync({ module: new WebAssembly.Module(readFileSync(encoderBinary)) });
      return encoder.brotliWithWindow(bytes, quality, window);
    },
  );
  const host = new NodeHost();
  try {
    return optimizer.runCommand(args, host);
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error;
    host.showStage(undefined);
    console.error(`error: ${faultMessage(memory)}`);
    return 1;
  }
}

/** A program that stopped with 3.5 GiB in use has asked for more than the 4 GiB there can be. */
const nearlyFull = 3.5 * 2 ** 30;

/** @returns {string} what to say of a trap */
function faultMessage(/** @type {WebAssembly.Memory} */ memory) {
  if (memory.buffer.byteLength < nearlyFull) {
    return "this is a fault in gowasp, please report it: its WebAssembly program stopped (see above)";
  }
  return "the module is too large for the WebAssembly program, which has 4 GiB; use the native program (cargo install gowasp)";
}
