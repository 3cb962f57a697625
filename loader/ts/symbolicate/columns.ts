// Numbers, lists of strings and columns of side-cars: `optimizer/core/src/positions/coding.rs` describes them.

import { GowaspError } from "../errors.js";

/** Reads what stands in front of columns: numbers and lists of strings. */
export class Front {
  #at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  number(): number {
    const [value, next] = numberAt(this.#bytes, this.#at);
    this.#at = next;
    return value;
  }

  strings(): string[] {
    const count = this.number();
    const length = this.number();
    const text = new TextDecoder().decode(this.#bytes.subarray(this.#at, this.#at + length));
    this.#at += length;
    return count ? text.split("\n") : [];
  }

  /** The next column. */
  column(): Column {
    const length = this.number();
    this.#at += length;
    return new Column(this.#bytes, this.#at - length, this.#at);
  }
}

/** A number in base 128, and where the next one is. Those of side-cars have at most 34 bits. */
function numberAt(bytes: Uint8Array, at: number): [value: number, next: number] {
  let value = 0;
  for (let factor = 1; ; factor *= 128) {
    const byte = bytes[at++];
    if (byte === undefined) throw damaged();
    value += (byte & 127) * factor;
    if (byte < 128) return [value, at];
  }
}

/** The number that was zigzag coded. */
export function unzigzag(coded: number): number {
  return coded % 2 ? -(coded + 1) / 2 : coded / 2;
}

/** The error for a file that breaks off. */
export function damaged(cause?: unknown): GowaspError {
  return new GowaspError("manifest-invalid", "the side-car is damaged", { cause });
}

/** Numbers behind each other. */
export class Column {
  /** What the next difference is to. */
  last = 0;

  readonly #bytes: Uint8Array;
  #at: number;
  readonly #end: number;

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.#bytes = bytes;
    this.#at = at;
    this.#end = end;
  }

  isDone(): boolean {
    return this.#at >= this.#end;
  }

  number(): number {
    if (this.isDone()) throw damaged();
    const [value, next] = numberAt(this.#bytes, this.#at);
    this.#at = next;
    return value;
  }

  /** A zigzag coded difference, added to the last value. */
  next(): number {
    this.last += unzigzag(this.number());
    return this.last;
  }
}
