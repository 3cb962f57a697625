// Child processes that end when this one does.

import { spawn } from "node:child_process";
import { constants } from "node:os";

/** A command that could not be started or that failed. */
export class CommandError extends Error {
  /**
   * @param {string} command what was run, for people
   * @param {string} reason how it ended
   * @param {number} exitCode the code to end with when nothing better is known
   * @param {string} output the end of what it printed, where that was captured
   */
  constructor(command, reason, exitCode, output = "") {
    super(`\`${command}\` ${reason}${output ? `\n${indent(output)}` : ""}`);
    this.name = "CommandError";
    this.exitCode = exitCode;
  }
}

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env] replaces the environment; default: this process's
 * @property {"inherit" | "capture" | "tee" | "result"} [output] where stdout and stderr go; `capture` keeps
 *   them for the result and for the error, `tee` keeps and shows them, `result` keeps stdout and shows stderr
 * @property {(line: string) => void} [onLine] called for each line of a captured output
 */

/**
 * Runs a command without a shell and waits for it. A signal that ends this process ends the command first.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<string>} what it printed on stdout, when captured
 * @throws {CommandError} when it cannot be started, or ends with another code than 0
 */
export function run(command, args, { cwd, env = process.env, output = "inherit", onLine } = {}) {
  const shown = [command, ...args].join(" ");
  return new Promise((resolve, reject) => {
    /** @type {import("node:child_process").StdioOptions} */
    const stdio = output === "inherit" ? "inherit" : ["ignore", "pipe", output === "result" ? "inherit" : "pipe"];
    const child = track(spawn(command, args, { cwd, env, stdio }));
    let stdout = "";
    let tail = "";
    if (output !== "inherit") {
      const lines = onLine && lineSplitter(onLine);
      const keep =
        (/** @type {NodeJS.WriteStream} */ stream, /** @type {boolean} */ result) => (/** @type {string} */ text) => {
          if (result) stdout += text;
          tail = (tail + text).slice(-4000);
          if (output === "tee") stream.write(text);
          lines?.(text);
        };
      child.stdout.setEncoding("utf8").on("data", keep(process.stdout, true));
      child.stderr?.setEncoding("utf8").on("data", keep(process.stderr, false));
    }
    child.on("error", (error) => reject(new CommandError(shown, `could not be started: ${error.message}`, 127)));
    child.on("close", (code, signal) => {
      if (code === 0) return resolve(stdout);
      const reason = signal ? `was ended by ${signal}` : `failed with exit code ${code}`;
      reject(new CommandError(shown, reason, code ?? 1, output === "capture" ? tail : ""));
    });
  });
}

/** @type {Set<import("node:child_process").ChildProcess>} */
const running = new Set();

/**
 * Ends the child when this process is interrupted, and then this process, as a shell would report it; and kills it when this
 * process ends without it.
 *
 * @template {import("node:child_process").ChildProcess} T
 * @param {T} child
 * @returns {T}
 */
export function track(child) {
  if (running.size === 0) {
    for (const signal of signals) process.on(signal, endAll);
    process.on("exit", killAll);
  }
  running.add(child);
  child.once("close", () => {
    running.delete(child);
    if (running.size > 0) return;
    for (const signal of signals) process.off(signal, endAll);
    process.off("exit", killAll);
  });
  return child;
}

const signals = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);

function endAll(/** @type {NodeJS.Signals} */ signal) {
  for (const child of running) child.kill(signal);
  // They have been told, gently.
  process.off("exit", killAll);
  process.exit(128 + constants.signals[signal]);
}

function killAll() {
  for (const child of running) child.kill("SIGKILL");
}

function lineSplitter(/** @type {(line: string) => void} */ onLine) {
  let rest = "";
  return (/** @type {string} */ text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  };
}

function indent(/** @type {string} */ text) {
  return text
    .trim()
    .split("\n")
    .slice(-15)
    .map((line) => `    ${line}`)
    .join("\n");
}
