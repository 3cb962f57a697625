// A program as a child process: arguments, terminal, signals and exit code pass through.

import { spawn } from "node:child_process";
import { constants } from "node:os";

const signals = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"]);

/**
 * @param {string} path
 * @param {string[]} args
 * @param {{ argv0?: string, env?: NodeJS.ProcessEnv }} [options] the name that the program sees itself by; its environment
 * @returns {Promise<number>} its exit code
 * @throws {Error} when it cannot be started
 */
export function runNative(path, args, options = {}) {
  const child = spawn(path, args, { ...options, stdio: "inherit" });
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("spawn", () => {
      // A terminal sends Ctrl-C to both processes; other senders reach only this one.
      for (const signal of signals) process.on(signal, () => child.kill(signal));
    });
    child.on("exit", (code, signal) => {
      done(code ?? 128 + constants.signals[/** @type {NodeJS.Signals} */ (signal)]);
    });
  });
}
