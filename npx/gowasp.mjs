#!/usr/bin/env node
// `npx gowasp …`: runs the native program where there is one, else the same commands as WebAssembly. Commands that few
// runs need are in a second WebAssembly program only: the first of either kind answers that by its exit code.

import { runNative } from "./native.mjs";
import { elsewhere, findProgram, InstallationError } from "./program.mjs";

process.exitCode = await main(process.argv.slice(2));

/** @returns {Promise<number>} the exit code */
async function main(/** @type {string[]} */ args) {
  if (args[0] === "serve") return (await import("./serve.mjs")).serveCommand(args.slice(1));
  /** @type {import("./program.mjs").Program} */
  let program;
  try {
    program = findProgram(process.env);
  } catch (error) {
    if (!(error instanceof InstallationError)) throw error;
    console.error(`error: ${error.message}`);
    return 1;
  }
  if (program.kind === "native") {
    if (isVerbose(args)) console.error(`native program: ${program.path} (${program.from})`);
    const code = await tryNative(program, args);
    if (code !== undefined && code !== elsewhere) return code;
    if (code === elsewhere && isVerbose(args))
      console.error("WebAssembly program: the native one leaves this command out");
    const { runFullWasm, runWasm } = await import("./wasm/run.mjs");
    return code === elsewhere ? runFullWasm(args) : runWasm(args);
  }
  if (isVerbose(args)) console.error(`WebAssembly program: ${program.why}`);
  return (await import("./wasm/run.mjs")).runWasm(args);
}

/** @returns {Promise<number | undefined>} its exit code; undefined where it does not start and another one may be tried */
async function tryNative(/** @type {import("./program.mjs").Native} */ { path, from }, /** @type {string[]} */ args) {
  try {
    // The variable tells it that another program can be asked.
    return await runNative(path, args, { env: { ...process.env, GOWASP_LAUNCHER: "npx" } });
  } catch (error) {
    const problem = `${path} could not be started: ${/** @type {Error} */ (error).message}`;
    if (from === "GOWASP_BINARY") {
      console.error(`error: ${problem}`);
      return 126;
    }
    console.error(`warning: ${problem}; going on with the WebAssembly program`);
    return undefined;
  }
}

/** Whether there is a `-v`, alone or among other short flags. */
function isVerbose(/** @type {string[]} */ args) {
  const flags = args.includes("--") ? args.slice(0, args.indexOf("--")) : args;
  return flags.some((arg) => arg === "--verbose" || /^-[a-zA-Z]*v/.test(arg));
}
