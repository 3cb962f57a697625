// The part of WASI preview 1 that TinyGo's programs for pages use. All of it is in `wasip1`.

import type { GoMemory } from "../go/memory.js";
import { fillRandom } from "../go/random.js";
import { textFunctions, variables } from "../wasip1/texts.js";

type WasiFunction = (...args: number[]) => number;

// Preview 1's `$errno`.
const EBADF = 8;
const ENOSYS = 52;
const ESPIPE = 70;

const CHARACTER_DEVICE = 2;

/** What the functions work on. */
export interface Context {
  readonly memory: GoMemory;
  /** By descriptor. */
  readonly sinks: readonly (((chunk: Uint8Array) => void) | undefined)[];
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends the program; does not return. */
  readonly exit: (code: number) => never;
}

/** The functions, and ENOSYS for everything else that a module wants. */
export function wasi(context: Context, module: WebAssembly.Module): Record<string, WasiFunction> {
  const { memory, sinks, args, env } = context;
  const wanted = WebAssembly.Module.imports(module).filter((one) => one.module === "wasi_snapshot_preview1");
  const target = {
    setUint32: (address: number, value: number) => memory.setUint32(address >>> 0, value),
    slice: (address: number, length: number) => memory.bytes.subarray(address >>> 0, (address >>> 0) + length),
  };
  const functions: Record<string, (...args: number[]) => unknown> = {
    ...Object.fromEntries(wanted.map(({ name }) => [name, () => ENOSYS])),
    ...textFunctions(target, "args", args),
    ...textFunctions(target, "environ", variables(env)),
    fd_write: (fd, vectors, count, written) => write(memory, sinks[fd], vectors >>> 0, count, written >>> 0),
    fd_close: () => 0,
    fd_seek: (fd) => (sinks[fd] ? ESPIPE : EBADF),
    // wasi-libc looks for directories until it is told that there are no more.
    fd_prestat_get: () => EBADF,
    fd_fdstat_get(fd, to) {
      if (!sinks[fd]) return EBADF;
      memory.bytes.fill(0, to >>> 0, (to >>> 0) + 24);
      memory.setUint32(to >>> 0, CHARACTER_DEVICE);
      return 0;
    },
    clock_time_get(clock, _precision, to) {
      const now = clock === 0 ? Date.now() : performance.now();
      // Milliseconds of a double times a million are no safe integer.
      const nanoseconds = BigInt(Math.floor(now * 1000)) * 1000n;
      memory.setUint32(to >>> 0, Number(nanoseconds & 0xffff_ffffn));
      memory.setUint32((to >>> 0) + 4, Number(nanoseconds >> 32n));
      return 0;
    },
    random_get(address, length) {
      fillRandom(memory.bytes.subarray(address >>> 0, (address >>> 0) + length));
      return 0;
    },
    proc_exit: (code) => context.exit(code),
  };
  return Object.fromEntries(
    Object.entries(functions).map(([name, work]) => [
      name,
      (...all: number[]) => {
        memory.check();
        // Nothing is an errno of 0.
        return (work(...all) as number | undefined) ?? 0;
      },
    ]),
  );
}

function write(
  memory: GoMemory,
  sink: Context["sinks"][number],
  vectors: number,
  count: number,
  written: number,
): number {
  if (!sink) return EBADF;
  let total = 0;
  for (let at = vectors; at < vectors + count * 8; at += 8) {
    const start = memory.getUint32(at);
    const length = memory.getUint32(at + 4);
    // A copy, because the program reuses its memory at once.
    sink(memory.bytes.slice(start, start + length));
    total += length;
  }
  memory.check();
  memory.setUint32(written, total);
  return 0;
}
