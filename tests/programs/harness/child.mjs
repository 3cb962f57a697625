/**
 * Child processes that cannot outlive the run: each has a time limit, and those still there when this process ends are
 * killed.
 */
import { spawn } from "node:child_process";

/** More than any program writes; a program in an endless print loop is stopped there. */
const MAX_OUTPUT_BYTES = 32 << 20;

const running = new Set();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/**
 * @typedef {object} Outcome
 * @property {number | null} exitCode null when a signal ended it
 * @property {string} ended how it ended, in words: `exit code 2`, `killed after 60 s`
 * @property {string} stdout
 * @property {string} stderr
 */

/**
 * Runs a program to its end.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{env: Record<string, string | undefined>, timeoutMs: number, cwd?: string, stdin?: string}} options
 * @returns {Promise<Outcome>} never rejects: a command that cannot be started is an outcome too
 */
export function runChild(command, args, { env, timeoutMs, cwd, stdin = "" }) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: ["pipe", "pipe", "pipe"] });
    running.add(child);
    let stopped = "";
    const stop = (why) => {
      stopped ||= why;
      child.kill("SIGKILL");
    };
    const timer = setTimeout(() => stop(`killed after ${timeoutMs / 1000} s`), timeoutMs);
    const stdout = collect(child.stdout, stop);
    const stderr = collect(child.stderr, stop);
    // A program that never reads its input closes the pipe early, which is its right.
    child.stdin.on("error", () => {});
    child.stdin.end(stdin);
    const finish = (exitCode, ended) => {
      clearTimeout(timer);
      running.delete(child);
      resolve({ exitCode, ended: stopped || ended, stdout: stdout(), stderr: stderr() });
    };
    child.on("error", (error) => finish(null, `could not start ${command}: ${error.message}`));
    child.on("close", (code, signal) => finish(code, signal ? `killed by ${signal}` : `exit code ${code}`));
  });
}

function collect(stream, stop) {
  const chunks = [];
  let size = 0;
  stream.on("data", (chunk) => {
    size += chunk.length;
    if (size > MAX_OUTPUT_BYTES) stop(`killed after ${MAX_OUTPUT_BYTES >> 20} MiB of output`);
    else chunks.push(chunk);
  });
  return () => Buffer.concat(chunks).toString();
}
