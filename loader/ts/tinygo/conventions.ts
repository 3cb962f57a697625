// How TinyGo's compiler passes refs to host functions. From 0.25 on they are integers of 64 bits. Before, a ref is
// passed by its address, a result is written to an address that comes first, and the last parameter is a context that
// nobody uses.

import type { GoMemory } from "../go/memory.js";
import type { Refs } from "./refs.js";

// biome-ignore lint/suspicious/noExplicitAny: words, refs as integers, values: by function
export type Arguments = any[];

/** A host function on values, however refs are passed. */
export interface ValueFunction {
  /** Which of its parameters are refs. */
  readonly refs: readonly number[];
  /** How many parameters it has. */
  readonly count: number;
  /** Whether it returns a value, whose ref the program wants. */
  readonly answers?: boolean;
  readonly work: (...args: Arguments) => unknown;
}

/** What makes functions callable for a program. */
export interface Host {
  readonly memory: GoMemory;
  readonly refs: Refs;
  /** Throws if the program has ended meanwhile: its frames must not continue. */
  readonly check: () => void;
}

/** A host function as the program calls it. */
export function convention(
  { refs: places, count, answers, work }: ValueFunction,
  { memory, refs, check }: Host,
): (...args: Arguments) => unknown {
  return (...args) => {
    memory.check();
    const isByAddress = args.length > count;
    const target = isByAddress && answers ? args.shift() >>> 0 : 0;
    for (const at of places) args[at] = isByAddress ? refs.load(args[at] >>> 0) : refs.value(args[at]);
    const result = work(...args.slice(0, count));
    check();
    if (!answers) return result;
    if (!isByAddress) return refs.ref(result);
    memory.check();
    return refs.store(target, result);
  };
}
