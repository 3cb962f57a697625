import { GoMemory } from "../go/memory.js";
import { ValueTable } from "../go/values.js";

/**
 * The JavaScript values that a program refers to, and their refs. TinyGo writes refs as Go does (`type ref` in
 * syscall/js), but passes them as integers of 64 bits.
 */
export class Refs {
  readonly #table: ValueTable;
  // The table reads and writes refs in memory: in eight bytes of its own.
  readonly #bytes = new ArrayBuffer(8);
  readonly #word = new BigInt64Array(this.#bytes);
  readonly #halves = new Uint32Array(this.#bytes);
  readonly #memory: GoMemory;

  /**
   * @param memory the program's
   * @param go what `_makeFuncWrapper` and `_pendingEvent` are asked of
   */
  constructor(memory: GoMemory, go: object) {
    this.#memory = memory;
    const own = new GoMemory();
    own.attach({ buffer: this.#bytes } as WebAssembly.Memory);
    this.#table = new ValueTable(own, globalThis, go);
  }

  /** The value of a ref. */
  value(ref: bigint): unknown {
    this.#word[0] = ref;
    return this.#table.load(0);
  }

  /** A ref of a value, which counts. */
  ref(value: unknown): bigint {
    this.#table.store(0, value);
    return this.#word[0] as bigint;
  }

  /** The value whose ref is at an address. */
  load(address: number): unknown {
    this.#halves[0] = this.#memory.getUint32(address);
    this.#halves[1] = this.#memory.getUint32(address + 4);
    return this.#table.load(0);
  }

  /** Writes a ref of a value, which counts. */
  store(address: number, value: unknown): void {
    this.#table.store(0, value);
    this.#memory.setUint32(address, this.#halves[0] as number);
    this.#memory.setUint32(address + 4, this.#halves[1] as number);
  }

  /** The values of so many refs from an address on. */
  loadAll(address: number, count: number): unknown[] {
    return Array.from({ length: count }, (_, at) => this.load((address >>> 0) + at * 8));
  }

  /** Gives back a ref. */
  release(id: number): void {
    this.#table.release(id);
  }
}
