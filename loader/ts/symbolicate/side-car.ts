// The side-car of format 2: `optimizer/core/src/symbols.rs` describes the file, `positions/columns.rs` and `positions/traces.rs`
// the columns in it.

import { GowaspError } from "../errors.js";
import { type Column, damaged, Front, unzigzag } from "./columns.js";
import type { Level } from "./frames.js";

/** What is known of a module's code. */
export interface SideCar {
  /** The levels at an offset in the module's file, the innermost first, if that is a call or a fault of this function. */
  levels(index: number, offset: number): Level[] | undefined;
  /** The name of a function. */
  name(index: number): string | undefined;
  /** What Go's own tables no longer say, if they were stripped. */
  traces: Traces | undefined;
}

/** What Go's own tracebacks say no more. */
export interface Traces {
  /** The name of every function, whether it has code or was only inlined. */
  names: string[];
  functions: TracedFunction[];
  /** Whether frames of inlined calls are missing. */
  lacksInlined: boolean;
}

/** A function by the PCs that tracebacks print. */
export interface TracedFunction {
  name: string;
  /** The number in its placeholder. */
  number: number;
  /** The levels at a PC, the innermost first, if that is a call or a fault. */
  levels(pc: number): Level[] | undefined;
}

/** A place: positions of a file and a line, 0 for none, one more than them otherwise. */
type Place = [file: number, line: number];

interface Call {
  subprogram: number;
  /** Position of the call that it was inlined into, -1 if none. */
  outer: number;
  place: Place;
}

interface Row {
  call: number;
  place: Place;
}

interface Func {
  index: number;
  subprogram: number;
  calls: Call[];
  /** By offset in the code section, or by PC, ascending. */
  rows: Map<number, Row>;
}

/** What rows and calls refer to. */
interface Lists {
  files: string[];
  names: string[];
  declared: Place[];
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
  traces?: unknown;
  stripped?: unknown;
}): Promise<SideCar> {
  const codeStart = Number(file?.codeStart);
  if (file?.format !== 2 || typeof file.positions !== "string") {
    throw new GowaspError(
      "manifest-invalid",
      `the side-car has format ${file?.format}, which this release does not read`,
    );
  }
  const { lists, functions } = read(await inflated(file.positions));
  const byIndex = new Map(functions.map((known) => [known.index, known]));
  const { traces, stripped } = file;
  return {
    levels(index, offset) {
      const known = byIndex.get(index);
      return known && levelsAt(known, offset - codeStart, lists);
    },
    name(index) {
      const known = byIndex.get(index);
      return known && lists.names[known.subprogram];
    },
    traces:
      typeof traces === "string"
        ? tracesOf(await inflated(traces), lists, functions, Array.isArray(stripped) && stripped.includes("inlines"))
        : undefined,
  };
}

function levelsAt({ rows, calls, subprogram }: Func, at: number, { files, names }: Lists): Level[] | undefined {
  const row = rows.get(at);
  if (!row) return undefined;
  const level = (subprogram: number, [position, line]: Place, isInlined: boolean): Level => {
    const path = files[position - 1] ?? "?";
    const place = position && line ? `${path}:${line - 1}` : path;
    return { name: names[subprogram] ?? "?", place, isKnown: position > 0 && line > 0, isInlined };
  };
  const levels: Level[] = [];
  let { call, place } = row;
  for (let at = calls[call]; at; at = calls[call]) {
    levels.push(level(at.subprogram, place, true));
    [call, place] = [at.outer, at.place];
  }
  levels.push(level(subprogram, place, false));
  return levels;
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
    throw damaged(cause);
  }
}

/** The columns of inlined calls. */
type Calls = [callee: Column, outer: Column, file: Column, line: Column];

function callOf([callee, outer, file, line]: Calls, position: number): Call {
  const before = outer.number();
  const place: Place = [file.next(), line.next()];
  return { subprogram: callee.next(), outer: before ? position - before : -1, place };
}

function columnsOf(front: Front): (at: number) => Column {
  const columns = Array.from({ length: 16 }, () => front.column());
  return (at) => columns[at] as Column;
}

function read(bytes: Uint8Array): { lists: Lists; functions: Func[] } {
  const front = new Front(bytes);
  const files = front.strings();
  const names = front.strings();
  const column = columnsOf(front);
  const declared = names.map((): Place => [column(0).next(), column(1).next()]);
  const functions: Func[] = [];
  let end = 0;
  while (!column(2).isDone()) {
    const index = column(2).next();
    const start = end + column(3).number();
    const length = column(4).number();
    if (length) end = start + length;
    const known: Func = { index, subprogram: column(5).next(), calls: [], rows: new Map() };
    const [calls, rows] = [column(6).number(), column(7).number()];
    for (let nth = 0; nth < calls; nth++) {
      known.calls.push(callOf([column(8), column(9), column(10), column(11)], nth));
    }
    // Differences of rows begin anew in each function.
    const [ownFile, ownLine] = declared[known.subprogram] ?? [0, 0];
    column(12).last = length ? start : 0;
    [column(13).last, column(14).last, column(15).last] = [0, ownFile, ownLine];
    for (let nth = 0; nth < rows; nth++) {
      const offset = column(12).next();
      known.rows.set(offset, { call: column(13).next() - 1, place: [column(14).next(), column(15).next()] });
    }
    functions.push(known);
  }
  return { lists: { files, names, declared }, functions };
}

/** Reads the columns of `positions/traces.rs`, which refer to those of the code. */
function tracesOf(bytes: Uint8Array, code: Lists, functions: Func[], lacksInlined: boolean): Traces {
  const front = new Front(bytes);
  const files = [...code.files, ...front.strings()];
  const ownNames = front.strings();
  const column = columnsOf(front);
  const lists: Lists = {
    files,
    names: [...code.names, ...ownNames],
    declared: [...code.declared, ...ownNames.map((): Place => [column(0).next(), column(1).next()])],
  };
  const traced: TracedFunction[] = [];
  let next = 0;
  while (!column(2).isDone()) {
    const index = column(2).next();
    const behind = column(3).number();
    next += behind;
    const counterpart = behind ? functions[next - 1] : undefined;
    if (behind && !counterpart) throw damaged();
    const subprogram = counterpart?.subprogram ?? column(4).next();
    const known: Func = { index, subprogram, calls: [...(counterpart?.calls ?? [])], rows: new Map() };
    const [calls, rows] = [column(5).number(), column(6).number()];
    for (let nth = 0; nth < calls; nth++) {
      known.calls.push(callOf([column(7), column(8), column(9), column(10)], known.calls.length));
    }
    addTraced(known, rows, [...(counterpart?.rows.values() ?? [])], lists, column);
    traced.push({
      name: lists.names[subprogram] ?? "?",
      number: index,
      levels: (pc) => levelsAt(known, pc, lists),
    });
  }
  return { names: lists.names, functions: traced, lacksInlined };
}

/** Adds the rows of a function, of which `known` are those of its counterpart. */
function addTraced(
  { subprogram, rows }: Func,
  count: number,
  known: Row[],
  { declared }: Lists,
  column: (at: number) => Column,
): void {
  const [ownFile, ownLine] = declared[subprogram] ?? [0, 0];
  [column(11).last, column(13).last, column(14).last, column(15).last] = [0, 0, ownFile, ownLine];
  let place = 0;
  for (let nth = 0; nth < count; nth++) {
    const pc = column(11).next();
    const coded = column(12).number();
    if (coded === 0) {
      rows.set(pc, { call: column(13).next() - 1, place: [column(14).next(), column(15).next()] });
      continue;
    }
    const at = place + unzigzag(coded - 1);
    const row = known[at];
    if (!row) throw damaged();
    rows.set(pc, row);
    place = at + 1;
  }
}
