// The commands as WebAssembly, in this process.

import { elsewhere } from "../program.mjs";
import { NodeHost } from "./host.mjs";
import { bindingsOf, instantiate } from "./modules.mjs";

/**
 * Runs the program that does what most are used for, and the one with all commands where that is not enough.
 *
 * @param {string[]} args
 * @returns {Promise<number>} the exit code
 */
export async function runWasm(args) {
  const code = await runProgram("optimizer", args);
  return code === elsewhere ? runFullWasm(args) : code;
}

/** Runs the program with all commands. @returns {Promise<number>} the exit code */
export const runFullWasm = (/** @type {string[]} */ args) => runProgram("optimizer-full", args);

/** @returns {Promise<number>} the exit code */
async function runProgram(/** @type {"optimizer" | "optimizer-full"} */ name, /** @type {string[]} */ args) {
  const [optimizer, encoder] = [await bindingsOf(name), await bindingsOf("encoder")];
  const { memory } = instantiate(optimizer, name);
  // Most commands do without it.
  let isReady = false;
  optimizer.setBrotli(
    (/** @type {Uint8Array} */ bytes, /** @type {number} */ quality, /** @type {number | undefined} */ window) => {
      if (!isReady) instantiate(encoder, "encoder");
      isReady = true;
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
