/**
 * Micro benchmarks in a process that answers lines, `tests/bench/micro/main_lines.go`, timed from outside.
 */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { track } from "../../../scripts/process.mjs";

/** After its answer a process goes on for a moment, until it waits for the next line. Only then Linux counts all it has used. */
const SETTLE_MS = 3;

/**
 * @typedef {object} LineProgram
 * @property {import("./rounds.mjs").Side} ask
 * @property {() => void} end
 */

/**
 * Starts a program.
 *
 * @param {string} command
 * @param {string[]} args
 * @returns {LineProgram} it can be asked at once
 */
export function startLines(command, args) {
  const child = track(spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] }));
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise((_, reject) => {
    child.on("error", ({ message }) => reject(new Error(`${command}: ${message}`)));
    child.on("exit", (code) => reject(new Error(`${command} ended with exit code ${code}`)));
  });
  // It also ends when it is told to.
  ended.catch(() => {});
  const ask = async (name, n) => {
    await delay(SETTLE_MS);
    const start = usedBy(child.pid);
    child.stdin.write(`${name}\t${n}\n`);
    const { value } = await Promise.race([answers.next(), ended]);
    const wall = performance.now();
    await delay(SETTLE_MS);
    const used = usedBy(child.pid);
    return { ms: used.cpu ? used.ms - start.ms : wall - start.ms, result: Number(value) };
  };
  return { ask, end: () => child.kill() };
}

/** CPU time of all threads, or wall time where Linux does not tell. */
function usedBy(pid) {
  const tasks = `/proc/${pid}/task`;
  if (!existsSync(tasks)) return { cpu: false, ms: performance.now() };
  const nanoseconds = readdirSync(tasks).map((id) => {
    return Number(readFileSync(`${tasks}/${id}/schedstat`, "latin1").split(" ")[0]);
  });
  return { cpu: true, ms: nanoseconds.reduce((sum, one) => sum + one, 0) / 1e6 };
}
