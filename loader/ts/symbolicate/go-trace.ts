// Go's own tracebacks of a program whose tables were stripped; `optimizer/core/src/symbolicate/go_trace.rs` does the same, and
// says how they are made.

import { type Level, LONGEST_LINE } from "./frames.js";
import { isShown, placeholderOf, printedName } from "./go-names.js";
import type { TracedFunction, Traces } from "./side-car.js";

/** The line with a frame's function. */
interface Head {
  line: string;
  /** `created by `, or nothing. */
  before: string;
  name: string;
  /** Arguments in brackets, or ` in goroutine 1`. */
  behind: string;
  /** How the line ends. */
  end: string;
}

/** The line with its place: a tab, `FILE:LINE`, and perhaps ` +0x1c`, behind which more may stand. */
interface Place {
  line: string;
  fileAndLine: string;
  offset: number | undefined;
  /** With the line's end. */
  behind: string;
}

interface Frame {
  head: Head;
  place: Place;
}

const CREATED_BY = "created by ";
const INLINED = "(...)";
const PLACE = /^\t([^\r\n]*:\d+)(( \+0x([\da-f]+))?( [^:]*)?)$/;

/** Whether a text may hold such a traceback. */
export function isGoTrace(text: string): boolean {
  return /^\t.*:\d+( \+0x[\da-f]+|\r?$)/m.test(text);
}

/** Translates what is known of a text. */
export function translateGo(text: string, traces: Traces): string {
  const translator = new Translator(traces);
  for (const [line, body = "", end = ""] of text.matchAll(/([^\r\n]*)(\r?\n|\r|$)/g)) {
    if (line !== "") translator.line(body, end);
  }
  return translator.finish();
}

class Translator {
  /** Functions by name as tracebacks print it, and by placeholder. */
  readonly #named = new Map<string, TracedFunction[]>();
  readonly #lacksInlined: boolean;
  /** Frames of inlined calls have no offset: they come before the frame of the function whose offset says what they are. */
  #held: Frame[] = [];
  /** The line with the function of a frame, whose place comes next. */
  #head: Head | undefined;
  #out = "";

  constructor({ names, functions, lacksInlined }: Traces) {
    this.#lacksInlined = lacksInlined;
    const add = (name: string, ...known: TracedFunction[]) => {
      const before = this.#named.get(name);
      if (before) before.push(...known);
      else this.#named.set(name, known);
    };
    // What was only inlined has no PCs of its own, and may have its name.
    for (const name of names) add(printedName(name));
    for (const known of functions) {
      add(printedName(known.name), known);
      add(placeholderOf(known.name, known.number), known);
    }
  }

  line(body: string, end: string): void {
    const head = this.#head;
    if (head) {
      this.#head = undefined;
      const place = placeOf(body, end);
      if (place) {
        this.#frame({ head, place });
        return;
      }
      this.#release();
      this.#out += head.line;
    }
    this.#head = body.length > LONGEST_LINE ? undefined : headOf(body, end);
    if (this.#head && this.#named.has(this.#head.name)) return;
    this.#head = undefined;
    this.#release();
    this.#out += body + end;
  }

  finish(): string {
    this.#release();
    return this.#out + (this.#head?.line ?? "");
  }

  #frame(frame: Frame): void {
    const { head, place } = frame;
    if (place.offset === undefined && head.behind === INLINED) {
      this.#held.push(frame);
      return;
    }
    const levels = this.#levels(head.name, place.offset ?? 0);
    const own = levels?.at(-1);
    if (!levels || !own) {
      // No call of this build.
      for (const held of this.#held.splice(0)) this.#out += held.head.line + held.place.line;
      this.#out += head.line + place.line;
      return;
    }
    if (head.before) {
      // The function itself is named, at the line of what was inlined into it.
      this.#release();
      this.#write(head, own.name, place, levels[0] ?? own);
      return;
    }
    const showsAll = place.behind.includes(" fp=");
    const inlined = levels.filter(({ isInlined, name }) => isInlined && (showsAll || isShown(name)));
    const printed = this.#printedOf(inlined);
    const held = this.#held.splice(this.#held.length - printed);
    this.#release();
    const inlinedPlace = { line: "", fileAndLine: "?:0", offset: undefined, behind: head.end };
    if (printed === 0 && this.#lacksInlined) {
      for (const level of inlined) this.#write({ ...head, behind: INLINED }, level.name, inlinedPlace, level);
    }
    const last = inlined.slice(inlined.length - printed);
    for (const [nth, one] of held.entries()) {
      const level = last[nth];
      if (level) this.#write(one.head, level.name, inlinedPlace, level);
    }
    this.#write(head, own.name, place, own);
  }

  /** How many of the frames that are held are those of the inlined calls, the last of each. */
  #printedOf(inlined: Level[]): number {
    let printed = 0;
    for (;;) {
      const held = this.#held.at(-1 - printed);
      const level = inlined.at(-1 - printed);
      if (!held || !level) return printed;
      const known = this.#named.get(held.head.name);
      if (printedName(level.name) !== held.head.name && !known?.some(({ name }) => name === level.name)) return printed;
      printed++;
    }
  }

  /**
   * What a function says about an offset: all levels, innermost first. Functions may share a name, as those made of one generic
   * function do: then it is what all of them say that have a call or a fault there.
   */
  #levels(name: string, offset: number): Level[] | undefined {
    const said = (this.#named.get(name) ?? []).flatMap((known) => {
      const levels = known.levels(offset);
      return levels ? [levels] : [];
    });
    const [levels] = said;
    const agrees = new Set(said.map(shown)).size === 1;
    return agrees ? levels : undefined;
  }

  /** Writes frames whose function's own frame is not there: only their names are known. */
  #release(): void {
    for (const { head, place } of this.#held.splice(0)) {
      const [known] = this.#named.get(head.name) ?? [];
      const name = known && printedName(known.name);
      this.#out += (name === undefined ? head.line : head.before + name + head.behind + head.end) + place.line;
    }
  }

  #write(head: Head, name: string, place: Place, level: Level): void {
    const where = level.isKnown ? level.place : place.fileAndLine;
    this.#out += `${head.before}${printedName(name)}${head.behind}${head.end}\t${where}${place.behind}`;
  }
}

function headOf(body: string, end: string): Head | undefined {
  const before = body.startsWith(CREATED_BY) ? CREATED_BY : "";
  const rest = body.slice(before.length);
  const at = before ? rest.indexOf(" in goroutine ") : rest.endsWith(")") ? rest.lastIndexOf("(") : 0;
  const name = at < 0 ? rest : rest.slice(0, at);
  if (name === "" || /^\s/.test(name)) return undefined;
  return { line: body + end, before, name, behind: rest.slice(name.length), end };
}

function placeOf(body: string, end: string): Place | undefined {
  if (body.length > LONGEST_LINE) return undefined;
  const [, fileAndLine, behind = "", , digits] = PLACE.exec(body) ?? [];
  if (fileAndLine === undefined) return undefined;
  const offset = digits === undefined ? (behind ? 0 : undefined) : Number.parseInt(digits, 16);
  return { line: body + end, fileAndLine, offset, behind: behind + end };
}

/** What of levels can be seen in a traceback. */
function shown(levels: Level[]): string {
  return JSON.stringify(
    levels.map(({ name, place, isKnown, isInlined }) => [printedName(name), place, isKnown, isInlined]),
  );
}
