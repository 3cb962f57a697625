// The side-car of format 2: `optimizer/core/src/symbols.rs` describes the file, `positions/columns.rs` the columns in it.

import { GowaspError } from "../errors.js";
import type { Level } from "./frames.js";

/** What is known of a module's code. */
export interface SideCar {
  /** The levels at an offset in the module's file, the innermost first, if that is a call or a fault of this function. */
  levels(index: number, offset: number): Level[] | undefined;
  /** The name of a function. */
  name(index: number): string | undefined;
}

/** A place: positions of a file and a line, 0 for none, one more than them otherwise. */
type Place = [file: number, line: number];

interface Call {
  subprogram: number;
  /** Position of the call that it was inlined into, -1 if none. */
  outer: number;
  place: Place;
}

interface Func {
  subprogram: number;
  calls: Call[];
  /** By offset in the code section. */
  rows: Map<number, { call: number; place: Place }>;
}

/**
 * Reads a side-car, given as what its JSON says.
 *
 * @throws {GowaspError} `manifest-invalid`, `unavailable`
 */
export async function sideCarOf(file: {
  format?: unknown;
  codeStart?: unknown;
  positions?: unknown;
}): Promise<SideCar> {
  const codeStart = Number(file?.codeStart);
  if (file?.format !== 2 || typeof file.positions !== "string") {
    throw new GowaspError(
      "manifest-invalid",
      `the side-car has format ${file?.format}, which this release does not read`,
    );
  }
  const { files, names, functions } = read(await inflated(file.positions));
  const level = (subprogram: number, [position, line]: Place): Level => {
    const path = files[position - 1] ?? "?";
    return { name: names[subprogram] ?? "?", place: position && line ? `${path}:${line - 1}` : path };
  };
  return {
    levels(index, offset) {
      const known = functions.get(index);
      const row = known?.rows.get(offset - codeStart);
      if (!known || !row) return undefined;
      const levels: Level[] = [];
      let { call, place } = row;
      for (let at = known.calls[call]; at; at = known.calls[call]) {
        levels.push(level(at.subprogram, place));
        [call, place] = [at.outer, at.place];
      }
      levels.push(level(known.subprogram, place));
      return levels;
    },
    name(index) {
      const known = functions.get(index);
      return known && names[known.subprogram];
    },
  };
}

async function inflated(base64: string): Promise<Uint8Array> {
  if (!globalThis.DecompressionStream) {
    throw new GowaspError("unavailable", "this host has no DecompressionStream, which reads side-cars");
  }
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (cause) {
    throw new GowaspError("manifest-invalid", "the side-car is damaged", { cause });
  }
}

const COLUMNS = 16;
type Half = [Column, Column, Column, Column, Column, Column, Column, Column];

function read(bytes: Uint8Array) {
  let at = 0;
  const number = () => {
    const [value, next] = numberAt(bytes, at);
    at = next;
    return value;
  };
  const strings = () => {
    const count = number();
    const length = number();
    const text = new TextDecoder().decode(bytes.subarray(at, at + length));
    at += length;
    return count ? text.split("\n") : [];
  };
  const files = strings();
  const names = strings();
  const columns = Array.from({ length: COLUMNS }, () => {
    const length = number();
    at += length;
    return new Column(bytes, at - length, at);
  });
  const [file, line, index, behind, size, subprogram, calls, rows] = columns.slice(0, 8) as Half;
  const [callee, outer, callFile, callLine, offset, call, rowFile, rowLine] = columns.slice(8) as Half;
  const declared = names.map((): Place => [file.next(), line.next()]);
  const functions = new Map<number, Func>();
  let end = 0;
  while (!index.isDone()) {
    const position = index.next();
    const start = end + behind.number();
    const length = size.number();
    if (length) end = start + length;
    const known: Func = { subprogram: subprogram.next(), calls: [], rows: new Map() };
    const [ofCalls, ofRows] = [calls.number(), rows.number()];
    for (let nth = 0; nth < ofCalls; nth++) {
      const before = outer.number();
      const place: Place = [callFile.next(), callLine.next()];
      known.calls.push({ subprogram: callee.next(), outer: before ? nth - before : -1, place });
    }
    // Differences of rows begin anew in each function.
    const [ownFile, ownLine] = declared[known.subprogram] ?? [0, 0];
    [offset.last, call.last, rowFile.last, rowLine.last] = [length ? start : 0, 0, ownFile, ownLine];
    for (let nth = 0; nth < ofRows; nth++) {
      known.rows.set(offset.next(), { call: call.next() - 1, place: [rowFile.next(), rowLine.next()] });
    }
    functions.set(position, known);
  }
  return { files, names, functions };
}

/** A number in base 128, and where the next one is. Those of side-cars have at most 33 bits. */
function numberAt(bytes: Uint8Array, at: number): [value: number, next: number] {
  let value = 0;
  for (let factor = 1; ; factor *= 128) {
    const byte = bytes[at++];
    if (byte === undefined) throw new GowaspError("manifest-invalid", "the side-car is damaged");
    value += (byte & 127) * factor;
    if (byte < 128) return [value, at];
  }
}

/** Numbers behind each other. */
class Column {
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
    const [value, next] = numberAt(this.#bytes, this.#at);
    this.#at = next;
    return value;
  }

  /** A zigzag coded difference, added to the last value. */
  next(): number {
    const coded = this.number();
    this.last += coded % 2 ? -(coded + 1) / 2 : coded / 2;
    return this.last;
  }
}
