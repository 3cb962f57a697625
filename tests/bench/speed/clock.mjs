/**
 * The clock of the speed benchmarks: CPU time, which other programs on the machine disturb far less than wall time.
 */
import { existsSync, readFileSync } from "node:fs";

/** Linux counts nanoseconds on the CPU for each thread; the first thread's id is that of the process. */
const SCHEDSTAT = `/proc/self/task/${process.pid}/schedstat`;

/**
 * The kernel brings the count of a running thread up to date at its ticks, up to 4 ms apart, and when the thread lets go of
 * the CPU, which waiting for a moment does.
 */
const NEVER_WOKEN = new Int32Array(new SharedArrayBuffer(4));
const MOMENT_MS = 0.01;

/** Which threads `threadTime` counts: engines compile in the background while the program runs in the first one. */
export const COUNTED = existsSync(SCHEDSTAT) || process.threadCpuUsage ? "main thread" : "all threads";

/** @returns {number} milliseconds that the main thread has been on the CPU; where no one counts that, all threads */
export function threadTime() {
  if (existsSync(SCHEDSTAT)) {
    Atomics.wait(NEVER_WOKEN, 0, 0, MOMENT_MS);
    return Number(readFileSync(SCHEDSTAT, "latin1").split(" ")[0]) / 1e6;
  }
  const { user, system } = process.threadCpuUsage?.() ?? process.cpuUsage();
  return (user + system) / 1000;
}

/** @returns {number} milliseconds that all threads of the process have been on the CPU */
export function processTime() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
