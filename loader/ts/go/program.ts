import type { GoMemory } from "./memory.js";
import type { GlobalScope } from "./scope.js";
import type { StringCodec } from "./strings.js";
import type { ValueTable } from "./values.js";

/** A host function as Go imports it: arguments and results lie on Go's stack, from 8 bytes above `sp` on. */
export type HostFunction = (sp: number) => void;

/**
 * What runs, for one program. When bundled these are plain numbers; read from an object, they took a tenth of the time
 * of a short host function.
 */
export enum Turn {
  /** Go, whose stack pointer is what its host function was called with. */
  Go,
  /** Foreign JavaScript, for which a host function left Go. */
  JavaScript,
  /** Foreign JavaScript, which has entered Go meanwhile, so that the stack may have moved. */
  Entered,
  /** Nothing: the program is over. */
  Over,
}

/** What the host functions work on: the state of one running Go program. */
export class GoProgram {
  /** An exception that comes out of Go is a trap of the program's own only where this is `Turn.Go`. */
  turn = Turn.Go;
  /**
   * What the turn becomes when Go is left. If functions are exported (go:wasmexport), JavaScript may enter Go
   * unnoticed.
   */
  leaving = Turn.JavaScript;

  readonly #returned: () => number;

  /**
   * @param awaits notes that a callback waits for one answer: a function of Go's is then not one that the program
   * offers
   * @param returned what {@link stackPointer} answers in all but the usual case
   */
  constructor(
    readonly memory: GoMemory,
    readonly strings: StringCodec,
    readonly values: ValueTable,
    readonly scope: GlobalScope,
    readonly awaits: (callback: unknown) => void,
    returned: () => number,
  ) {
    this.#returned = returned;
  }

  /**
   * To be called by a host function before it reads its arguments. The memory may have grown unnoticed only if
   * something other than Go called last: {@link stackPointer} and the entries that the host knows have checked.
   */
  enter(): void {
    if (this.leaving !== Turn.JavaScript) this.memory.check();
  }

  /** To be called by a host function before it runs foreign JavaScript. */
  leave(): void {
    this.turn = this.leaving;
  }

  /**
   * Go's stack pointer now, for a host function that was called with `sp` and has run foreign JavaScript since. To be
   * called before results are written: the JavaScript may have called back into Go, which moves a stack that outgrows
   * its place. A host function without results calls it for the sake of the signal.
   *
   * @throws the stop signal if the program ended meanwhile; it must pass, so that the abandoned Go frames are unwound
   */
  stackPointer(sp: number): number {
    this.memory.check();
    if (this.turn !== Turn.JavaScript) return this.#returned();
    this.turn = Turn.Go;
    return sp;
  }
}
