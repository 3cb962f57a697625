// What every environment does with the package: one program on the page's own thread, one in a worker.

import { load } from "gowasp";

/**
 * @param {string | URL | WebAssembly.Module} source
 * @param {object} [options] for `load()`, both times
 * @returns {Promise<object>} what came of it, or of what it failed
 */
export async function scenario(source, options = {}) {
  try {
    return { main: await runProgram(source, options), worker: await runProgram(source, { ...options, worker: true }) };
  } catch (error) {
    return { name: error.name, code: error.code, message: error.message, stack: error.stack };
  }
}

/** Runs it once. */
export async function runProgram(source, options) {
  let text = "";
  const stdout = (chunk) => {
    text += String.fromCharCode(...chunk);
  };
  const app = await load(source, { args: ["one", "two"], stdout, ...options });
  return { exit: await app.exited, text, via: app.via };
}
