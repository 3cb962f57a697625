// Node as a child process: the one that this runs in.

import { spawnSync } from "node:child_process";

/** An answer is a line. Who writes more is not ours. */
const longestAnswer = 1 << 16;

/**
 * @param {string[]} args
 * @param {Uint8Array} input at standard input
 * @param {number} seconds
 * @returns {Uint8Array | undefined} what it wrote to standard output; undefined where it was ended for the time
 */
export function runNode(args, input, seconds) {
  // What NODE_OPTIONS adds is meant for the user's own programs.
  const { NODE_OPTIONS: _, ...env } = process.env;
  const { stdout, error } = spawnSync(process.execPath, args, {
    input,
    env,
    timeout: seconds * 1000,
    killSignal: "SIGKILL",
    maxBuffer: longestAnswer,
    stdio: ["pipe", "pipe", "ignore"],
  });
  const code = /** @type {NodeJS.ErrnoException | undefined} */ (error)?.code;
  if (code === "ETIMEDOUT") return undefined;
  // A child that ends before it has read all, or says too much: what it has said counts.
  if (error && code !== "EPIPE" && code !== "ENOBUFS") throw new Error(`Node could not be started: ${error.message}`);
  return stdout;
}
