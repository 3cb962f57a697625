/**
 * What a child process uses: Node tells that of itself only, Linux of every process under `/proc` while it runs.
 */
import { readFileSync } from "node:fs";
import { runChild } from "../../harness/child.mjs";

/** What is used between the last look and the end is missed, so looks are close to each other. */
const LOOK_MS = 5;

/** More than anything that is measured takes. */
const TIMEOUT_MS = 30 * 60_000;

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
export async function runWatched(command, args, { cwd, env = process.env } = {}) {
  /** @type {{cpuMs: number | null, peakMiB: number | null}} */
  const use = { cpuMs: null, peakMiB: null };
  const look = {
    everyMs: LOOK_MS,
    at: (/** @type {number} */ pid) => {
      use.cpuMs = cpuTime(pid) ?? use.cpuMs;
      use.peakMiB = peakMemory(pid) ?? use.peakMiB;
    },
  };
  const start = performance.now();
  const { exitCode, ended, stderr } = await runChild(command, args, { cwd, env, timeoutMs: TIMEOUT_MS, look });
  const wallMs = performance.now() - start;
  if (exitCode !== 0) throw new Error(`${command} ${args.join(" ")}: ${ended}\n${stderr}`);
  return { wallMs, ...use, stderr };
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
