import type { GoProgram, HostFunction } from "./program.js";
import { fillRandom } from "./random.js";
import type { ProgramTimers } from "./system.js";

// A wake-up due within this many nanoseconds is worth a few turns of the event loop; for a later one the CPU should
// rest.
const IMMINENT = 20_000;
const MILLISECOND = 1_000_000;
// How often such a turn may find the clock unmoved: browsers let it tick every 5 µs to 1 ms, and some every 100 ms.
const UNMOVED_LIMIT = 16;
// The arguments of beforeIdle are 56 bytes above SP in Go 1.21 to 1.27; the rest is room for other frames.
const SEARCH_BYTES = 128;

/** What the runtime's functions act on besides the program's memory. */
export interface RuntimeHost {
  readonly timers: ProgramTimers;
  /** Ends the program. */
  exit(code: number): void;
  /** Writes for the runtime itself (println, tracebacks); `chunk` is valid during the call only. */
  write(fd: number, chunk: Uint8Array): void;
}

/** The host functions of Go's package runtime; offsets as in {@link "./syscall-js.js"}. */
export function runtime(program: GoProgram, host: RuntimeHost): Record<string, HostFunction> {
  const { memory } = program;
  return {
    ...clock(program, host.timers),

    // func wasmExit(code int32)
    "runtime.wasmExit": (sp) => {
      memory.check();
      host.exit(memory.getInt32((sp >>> 0) + 8));
    },

    // func wasmWrite(fd uintptr, p unsafe.Pointer, n int32)
    "runtime.wasmWrite": (sp) => {
      sp >>>= 0;
      memory.check();
      const start = memory.getUint32(sp + 16);
      program.leave();
      host.write(memory.getUint32(sp + 8), memory.bytes.subarray(start, start + memory.getInt32(sp + 24)));
      program.stackPointer(sp);
    },

    // func resetMemoryDataView(): the memory has grown
    "runtime.resetMemoryDataView": () => memory.refresh(),

    // func getRandomData(r []byte)
    "runtime.getRandomData": (sp) => {
      memory.check();
      fillRandom(memory.slice((sp >>> 0) + 8));
    },

    // Imported by programs of Go 1.18 and before; only code under debugging calls it.
    debug: (value) => console.log(value),
  };
}

function clock({ memory }: GoProgram, timers: ProgramTimers): Record<string, HostFunction> {
  // The last answer of nanotime1, in its two words.
  let nowLow = 0;
  let nowHigh = 0;
  let unmoved = 0;
  let unmovedSince = 0;

  /**
   * Whether the wake-up that Go asks for, at most 1 ms away, is due in a moment.
   *
   * Go rounds the delay up to whole milliseconds, but the exact time is at hand: `beforeIdle(now, pollUntil int64)`,
   * which calls scheduleTimeoutEvent, has both arguments on the stack (wasm passes all arguments there), and `now` is
   * what nanotime1 answered last. So the pair is found by the value of `now`, and by `pollUntil` being what the delay
   * was rounded from. If it is not found, Go sleeps for the rounded time, as it does everywhere else.
   */
  const isImminent = (sp: number): boolean => {
    for (let at = sp + 24; at < sp + SEARCH_BYTES; at += 8) {
      if (memory.getUint32(at) !== nowLow || memory.getUint32(at + 4) !== nowHigh) continue;
      const remaining = memory.getInt64(at + 8) - memory.getInt64(at);
      if (remaining <= 0 || remaining > MILLISECOND) continue;
      if (remaining > IMMINENT) return false;
      unmoved = unmovedSince === nowLow ? unmoved + 1 : 0;
      unmovedSince = nowLow;
      return unmoved < UNMOVED_LIMIT;
    }
    return false;
  };

  // func walltime() (sec int64, nsec int32)
  const walltime: HostFunction = (sp) => {
    sp >>>= 0;
    memory.check();
    const milliseconds = Date.now();
    memory.setInt64(sp + 8, Math.floor(milliseconds / 1000));
    memory.setUint32(sp + 16, (milliseconds % 1000) * MILLISECOND);
  };

  return {
    // func nanotime1() int64: must be monotonic and never 0
    "runtime.nanotime1": (sp) => {
      sp >>>= 0;
      memory.check();
      // Counted from the page's start a double holds every nanosecond for 104 days; counted from 1970 only every 256th.
      memory.setInt64(sp + 8, Math.floor(performance.now() * MILLISECOND) + 1);
      nowLow = memory.getUint32(sp + 8);
      nowHigh = memory.getUint32(sp + 12);
    },

    "runtime.walltime": walltime,
    // The same in Go 1.14 to 1.16.
    "runtime.walltime1": walltime,

    // func scheduleTimeoutEvent(ms int64) int32
    "runtime.scheduleTimeoutEvent": (sp) => {
      sp >>>= 0;
      memory.check();
      const delay = memory.getInt64(sp + 8);
      memory.setUint32(sp + 16, timers.schedule(delay === 1 && isImminent(sp) ? 0 : delay));
    },

    // func clearTimeoutEvent(id int32)
    "runtime.clearTimeoutEvent": (sp) => {
      memory.check();
      timers.clear(memory.getUint32((sp >>> 0) + 8));
    },
  };
}
