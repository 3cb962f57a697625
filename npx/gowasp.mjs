#!/usr/bin/env node
// `npx gowasp …`: runs the native program where there is one, else the same commands as WebAssembly.

import { runNative } from "./native.mjs";
import { findProgram, InstallationError } from "./program.mjs";

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
    try {
      return await runNative(program.path, args);
    } catch (error) {
      const problem = `${program.path} could not be started: ${/** @type {Error} */ (error).message}`;
      if (program.from === "GOWASP_BINARY") {
        console.error(`error: ${problem}`);
        return 126;
      }
      console.error(`warning: ${problem}; going on with the WebAssembly program`);
    }
  } else if (isVerbose(args)) console.error(`WebAssembly program: ${program.why}`);
  return (await import("./wasm/run.mjs")).runWasm(args);
}

/** Whether there is a `-v`, alone or among other short flags. */
function isVerbose(/** @type {string[]} */ args) {
  const flags = args.includes("--") ? args.slice(0, args.indexOf("--")) : args;
  return flags.some((arg) => arg === "--verbose" || /^-[a-zA-Z]*v/.test(arg));
}
