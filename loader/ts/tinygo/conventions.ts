// How TinyGo's compiler calls host functions with refs. From 0.25 on they are integers of 64 bits. Before, a ref is handed over by its
// address, a result is written to an address that comes first, and what comes last is a context that nobody uses.

import type { GoMemory } from "../go/memory.js";
import type { Refs } from "./refs.js";

// biome-ignore lint/suspicious/noExplicitAny: words, refs as integers, values: by function
export type Arguments = any[];

/** A host function on values, whatever the way that refs come. */
export interface ValueFunction {
  /** Which of its parameters are refs. */
  readonly refs: readonly number[];
  /** How many parameters it has. */
  readonly count: number;
  /** Whether it answers with a value, whose ref the program wants. */
  readonly answers?: boolean;
  readonly work: (...args: Arguments) => unknown;
}

/** What takes functions to a program. */
export interface Host {
  readonly memory: GoMemory;
  readonly refs: Refs;
  /** Throws where the program has ended meanwhile: its frames must not be gone on with. */
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
