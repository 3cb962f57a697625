// Frames in the traces of JavaScript engines; `optimizer/core/src/symbolicate/javascript.rs` does the same.

/** A level of the call stack. */
export interface Level {
  name: string;
  /** `FILE:LINE`, as far as it is known. */
  place: string;
  /** Whether file and line are. */
  isKnown: boolean;
  /** Whether it was inlined into the next level. */
  isInlined: boolean;
}

/** Who knows frames. */
export interface Site {
  /** The levels at an offset in the module's file, if that is a call or a fault of this function. */
  levels(address: string, index: number, offset: number): Level[] | undefined;
  /** The name of a function, for frames without an offset. */
  name(index: number): string | undefined;
}

/** V8: `at NAME (ADDRESS:wasm-function[12]:0x1a)` and `at ADDRESS:wasm-function[12]:0x1a`. */
const AT = /^(.*?\bat )(?:.* \()?([^\s()]*):?wasm-function\[(\d+)\]:0x([0-9a-f]+)\)?(.*)$/;
/** SpiderMonkey: `NAME@ADDRESS:wasm-function[12]:0x1a`. */
const SIGN = /^(\s*)[^@]*@(.*?):?wasm-function\[(\d+)\]:0x([0-9a-f]+)(.*)$/;
/** JavaScriptCore: `<?>.wasm-function[12]@[wasm code]`. */
const NAMED = /wasm-function\[(\d+)\](?=@\[wasm code\])/;

/** Longer lines are no frames. */
export const LONGEST_LINE = 1 << 14;

/** Translates what is known of a text, line by line. */
export function translate(text: string, site: Site): string {
  return text.replace(/[^\r\n]+(\r?\n|$)/g, (line, end: string) => {
    if (line.length > LONGEST_LINE) return line;
    const body = line.slice(0, line.length - end.length);
    return translated(body, end, site) ?? line;
  });
}

function translated(line: string, end: string, site: Site): string | undefined {
  const at = AT.exec(line);
  const [, before, address, index, offset, behind] = at ?? SIGN.exec(line) ?? [];
  if (before === undefined || address === undefined || offset === undefined) {
    const name = site.name(Number(NAMED.exec(line)?.[1] ?? -1));
    return name === undefined ? undefined : line.replace(NAMED, () => name) + end;
  }
  const levels = site.levels(address.replace(/:$/, ""), Number(index), Number.parseInt(offset, 16));
  return levels
    ?.map(({ name, place }) => (at ? `${before}${name} (${place})` : `${before}${name}@${place}`) + behind + end)
    .join("");
}
