/**
 * What a child process uses: Node tells that of itself only, Linux of every process under `/proc` while it runs.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { track } from "../../../scripts/process.mjs";

/** What is used between the last look and the end is missed, so looks are close to each other. */
const LOOK_MS = 5;

/** Linux gives times to programs in units of 10 ms, whatever the kernel's own clock. */
const TICK_MS = 10;

/**
 * @typedef {object} ChildUse
 * @property {number} wallMs
 * @property {number | null} cpuMs user and system time of all threads; null where the system does not tell
 * @property {number | null} peakMiB most memory held at a time, likewise
 * @property {string} stderr
 */

/**
 * Runs a command to its end.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv}} [options] this process's by default
 * @returns {Promise<ChildUse>}
 * @throws {Error} when it cannot be started or fails
 */
export function runWatched(command, args, { cwd, env } = {}) {
  const start = performance.now();
  const child = track(spawn(command, args, { cwd, env, stdio: ["ignore", "ignore", "pipe"] }));
  let [cpuMs, peakMiB, stderr] = [null, null, ""];
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  const looks = setInterval(() => {
    cpuMs = cpuTime(child.pid) ?? cpuMs;
    peakMiB = peakMemory(child.pid) ?? peakMiB;
  }, LOOK_MS);
  return new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`${command} ${args.join(" ")}: ${why}\n${stderr}`));
    child.on("error", ({ message }) => {
      clearInterval(looks);
      fail(message);
    });
    child.on("close", (code, signal) => {
      clearInterval(looks);
      if (code !== 0) return fail(signal ? `ended by ${signal}` : `exit code ${code}`);
      resolve({ wallMs: performance.now() - start, cpuMs, peakMiB, stderr });
    });
  });
}

/** Fields 14 and 15 of `stat`; the second field is a name in parentheses, which may hold spaces. */
function cpuTime(pid) {
  const fields = procFile(pid, "stat")?.split(") ").at(-1)?.split(" ");
  return fields && (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

function peakMemory(pid) {
  const kib = procFile(pid, "status")?.match(/^VmHWM:\s+(\d+) kB$/m)?.[1];
  return kib && Number(kib) / 1024;
}

function procFile(pid, name) {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    // It has ended, or the system has no /proc.
    return undefined;
  }
}
