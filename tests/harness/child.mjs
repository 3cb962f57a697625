/**
 * Child processes that are run to their end. They cannot outlive the run: each has a time limit, and those still there when
 * this process ends are killed.
 *
 * Their standard streams are files. Node gives its children sockets for pipes; a program that writes many short lines
 * faster than this process reads them gets EAGAIN there, and loses output that a terminal or a file would have taken.
 */
import { spawn } from "node:child_process";
import { closeSync, fstatSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { track } from "../../scripts/process.mjs";

/** More than any program writes; a program in an endless print loop is stopped there. */
const MAX_OUTPUT_BYTES = 32 << 20;
const WATCH_INTERVAL_MS = 250;

/**
 * @typedef {object} Outcome
 * @property {number | null} exitCode null when a signal ended it
 * @property {string} ended how it ended, in words: `exit code 2`, `killed after 60 s`
 * @property {string} stdout
 * @property {string} stderr
 *
 * @typedef {object} Limits
 * @property {NodeJS.ProcessEnv} env
 * @property {number} timeoutMs
 * @property {string} [cwd]
 * @property {string} [stdin] what it reads, nothing by default
 * @property {Look} [look] called again and again while it runs
 *
 * @typedef {{everyMs: number, at: (pid: number) => void}} Look
 */

/**
 * Runs a program to its end.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {Limits} limits
 * @returns {Promise<Outcome>} a command that cannot be started is an outcome, too
 */
export async function runChild(command, args, { env, timeoutMs, cwd, stdin = "", look }) {
  const dir = mkdtempSync(join(tmpdir(), "gowasp-child-"));
  const names = ["stdin", "stdout", "stderr"].map((name) => join(dir, name));
  writeFileSync(names[0], stdin);
  const stdio = names.map((name, i) => openSync(name, i === 0 ? "r" : "w"));
  try {
    const child = track(spawn(command, args, { cwd, env, stdio }));
    const looks = look && setInterval(() => child.pid && look.at(child.pid), look.everyMs);
    const ended = await untilEnd(child, stdio, timeoutMs).finally(() => clearInterval(looks));
    const [, stdout, stderr] = names.map((name) => readFileSync(name, "utf8"));
    return { ...ended, stdout, stderr };
  } finally {
    for (const fd of stdio) closeSync(fd);
    rmSync(dir, { recursive: true, force: true });
  }
}

/**
 * The same for a Node program.
 *
 * @param {string[]} args flags of Node, a script, its arguments
 * @param {Partial<Limits>} [limits] this process's environment and two minutes by default
 * @returns {Promise<Outcome>}
 */
export function runNode(args, { env = process.env, timeoutMs = 120_000, ...limits } = {}) {
  return runChild(process.execPath, args, { env, timeoutMs, ...limits });
}

/**
 * @param {import("node:child_process").ChildProcess} child
 * @param {number[]} stdio its standard streams
 * @param {number} timeoutMs
 * @returns {Promise<{exitCode: number | null, ended: string}>}
 */
function untilEnd(child, [, stdout, stderr], timeoutMs) {
  let stopped = "";
  const stop = (/** @type {string} */ why) => {
    stopped ||= why;
    child.kill("SIGKILL");
  };
  const timer = setTimeout(() => stop(`killed after ${timeoutMs / 1000} s`), timeoutMs);
  const watch = setInterval(() => {
    const written = fstatSync(stdout).size + fstatSync(stderr).size;
    if (written > MAX_OUTPUT_BYTES) stop(`killed after ${MAX_OUTPUT_BYTES >> 20} MiB of output`);
  }, WATCH_INTERVAL_MS);
  return new Promise((resolve) => {
    const finish = (/** @type {number | null} */ exitCode, /** @type {string} */ ended) => {
      clearTimeout(timer);
      clearInterval(watch);
      resolve({ exitCode, ended: stopped || ended });
    };
    child.on("error", (error) => finish(null, `could not start: ${error.message}`));
    child.on("exit", (code, signal) => finish(code, signal ? `killed by ${signal}` : `exit code ${code}`));
  });
}
