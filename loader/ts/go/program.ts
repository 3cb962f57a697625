import type { GoMemory } from "./memory.js";
import type { GlobalScope } from "./scope.js";
import type { StringCodec } from "./strings.js";
import type { ValueTable } from "./values.js";

/** A host function as Go imports it: arguments and results lie on Go's stack, from 8 bytes above `sp` on. */
export type HostFunction = (sp: number) => void;

/** What the host functions work on: the state of one running Go program. */
export interface GoProgram {
  readonly memory: GoMemory;
  readonly strings: StringCodec;
  readonly values: ValueTable;
  readonly scope: GlobalScope;

  /**
   * Whether foreign JavaScript runs, for which a host function left Go. It sets this before, and {@link stackPointer} resets it.
   * So an exception that comes out of Go is a trap of the program's own only where this is false.
   */
  outside: boolean;

  /**
   * Go's stack pointer now, for a host function that was called with `sp` and has run foreign JavaScript since. It must be asked
   * for before results are written: the JavaScript may have called back into Go, which moves a stack that outgrows its place.
   * A host function without results asks for the sake of the signal.
   *
   * @throws the stop signal if the program ended meanwhile; it must pass, so that the abandoned Go frames are unwound
   */
  stackPointer(sp: number): number;

  /** Notes that `callback` waits for one answer: if it is a function of Go's, it is not one that the program offers. */
  awaits(callback: unknown): void;
}
