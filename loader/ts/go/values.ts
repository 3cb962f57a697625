import type { GoMemory } from "./memory.js";

// A syscall/js ref is 64 bits: a float64 stands for itself, all bits zero for undefined, and a quiet NaN carries a type
// flag in its high word and the index of a table slot in its low word (syscall/js/js.go, "type ref").
const NAN_HIGH = 0x7ff80000;
const FLAG_NONE = 0;
const FLAG_OBJECT = 1;
const FLAG_STRING = 2;
const FLAG_SYMBOL = 3;
const FLAG_FUNCTION = 4;

// Slots that syscall/js knows by number (predefValue in js.go).
const ID_NAN = 0;
const ID_ZERO = 1;
const ID_NULL = 2;
const ID_TRUE = 3;
const ID_FALSE = 4;
const ID_GLOBAL = 5;
const ID_GO = 6;

/**
 * The JavaScript values that a Go program refers to.
 *
 * Equal values share one slot, because Go compares refs bit by bit (`Value.Equal`). A slot lives as long as Go counts
 * at least one reference; Go's finalizers give references back through {@link release}.
 */
export class ValueTable {
  readonly #slots: unknown[];
  /** References per slot. The predefined slots start with one that Go never gives back. */
  readonly #references = [1, 1, 1, 1, 1, 1, 1];
  readonly #ids: Map<unknown, number>;
  readonly #free: number[] = [];
  readonly #memory: GoMemory;

  /**
   * @param memory where refs are read and written
   * @param global what `js.Global()` is
   * @param go the object through which syscall/js makes callbacks and fetches events
   */
  constructor(memory: GoMemory, global: object, go: object & { _values?: unknown[] }) {
    this.#memory = memory;
    this.#slots = [Number.NaN, 0, null, true, false, global, go];
    // By this name Go's own tests of syscall/js count them.
    go._values = this.#slots;
    this.#ids = new Map([
      [global, ID_GLOBAL],
      [go, ID_GO],
    ]);
  }

  /** The value whose ref is at `address`. */
  load(address: number): unknown {
    const number = this.#memory.getFloat64(address);
    // Every NaN is a slot of the table: the number itself has one, too.
    if (Number.isNaN(number)) return this.#slots[this.#memory.getUint32(address)];
    return number === 0 ? undefined : number;
  }

  /** The values whose refs are in the Go slice with its header at `address`. */
  loadAll(address: number): unknown[] {
    const start = this.#memory.getUint32(address);
    const all = new Array<unknown>(this.#memory.getUint32(address + 8));
    for (let i = 0; i < all.length; i++) all[i] = this.load(start + i * 8);
    return all;
  }

  /** Writes a ref of `value` to `address` and counts it. */
  store(address: number, value: unknown): void {
    if (typeof value === "number") this.#storeNumber(address, value);
    else if (value === undefined) this.#memory.setFloat64(address, 0);
    else if (value === null) this.#writeBox(address, FLAG_NONE, ID_NULL);
    else if (typeof value === "boolean") this.#writeBox(address, FLAG_NONE, value ? ID_TRUE : ID_FALSE);
    else this.#writeBox(address, flagOf(value), this.#reference(value));
  }

  /** Gives back one reference to the ref whose low word is `id`. */
  release(id: number): void {
    const left = (this.#references[id] as number) - 1;
    this.#references[id] = left;
    if (left !== 0) return;
    this.#ids.delete(this.#slots[id]);
    this.#slots[id] = null;
    this.#free.push(id);
  }

  #storeNumber(address: number, value: number): void {
    if (value === 0) this.#writeBox(address, FLAG_NONE, ID_ZERO);
    // A NaN must not carry arbitrary bits: they would be read as a slot.
    else if (Number.isNaN(value)) this.#writeBox(address, FLAG_NONE, ID_NAN);
    else this.#memory.setFloat64(address, value);
  }

  #reference(value: unknown): number {
    let id = this.#ids.get(value);
    if (id === undefined) {
      id = this.#free.pop() ?? this.#slots.length;
      this.#slots[id] = value;
      this.#references[id] = 1;
      this.#ids.set(value, id);
    } else {
      this.#references[id] = (this.#references[id] as number) + 1;
    }
    return id;
  }

  #writeBox(address: number, flag: number, id: number): void {
    this.#memory.setUint32(address, id);
    this.#memory.setUint32(address + 4, NAN_HIGH | flag);
  }
}

function flagOf(value: unknown): number {
  switch (typeof value) {
    case "object":
      return FLAG_OBJECT;
    case "string":
      return FLAG_STRING;
    case "symbol":
      return FLAG_SYMBOL;
    case "function":
      return FLAG_FUNCTION;
    default:
      // A bigint (or document.all) has no flag of its own: Go can pass it on, but panics when asked for its type.
      return FLAG_NONE;
  }
}
