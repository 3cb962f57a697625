// Clocks, and waiting for them.

import { fail } from "./errno.js";

/**
 * The time of `$clockid` in nanoseconds: 0 is the time of day, 1 is monotonic; 2 and 3, processor time, are the same as
 * 1.
 */
export function timeOf(clock: number): bigint {
  if (clock >>> 0 > 3) fail("EINVAL");
  const since = performance.now();
  if (clock !== 0) return BigInt(Math.floor(since * 1e6) + 1);
  const now = Date.now();
  // The exact one, unless the host's clock was set since it began to count.
  const exact = performance.timeOrigin + since;
  // A double has all the microseconds since 1970.
  return BigInt(Math.floor((Math.floor(exact) === now ? exact : now) * 1e3)) * 1000n;
}

let sleeper: Int32Array | null | undefined;
let hasWarned = false;

/**
 * Waits for this many milliseconds, if the thread may: in workers, Node, Deno and Bun. A page's main thread may not;
 * there it returns at once, so the program asks for the time again and again.
 */
export function sleep(duration: number): void {
  const end = performance.now() + duration;
  try {
    sleeper ??= sharedWord();
    for (let left = end - performance.now(); left > 0; left = end - performance.now()) {
      Atomics.wait(sleeper, 0, 0, left);
    }
  } catch {
    if (hasWarned) return;
    hasWarned = true;
    console.warn("gowasp: a wasip1 program that sleeps keeps the page busy: use worker: true");
  }
}

/** Pages that are not isolated have no SharedArrayBuffer by name, but their memories may be shared. */
function sharedWord(): Int32Array {
  const { buffer } = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  return new Int32Array(buffer, 0, 1);
}
