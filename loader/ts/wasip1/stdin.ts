import { encodeUtf8 } from "../go/strings.js";
import { fail } from "./errno.js";

/** Standard input that is there when the program reads it; null or an empty array is the end. */
export type ReadyStdin = Uint8Array | string | ((max: number) => Uint8Array | null);

const NOTHING = new Uint8Array(0);

/** Fills buffers from standard input; 0 is the end. */
export function stdinReader(source: ReadyStdin = NOTHING): (buffer: Uint8Array) => number {
  let rest: Uint8Array =
    typeof source === "string" ? encodeUtf8(source) : typeof source === "function" ? NOTHING : source;
  return (buffer) => {
    if (rest.length === 0 && typeof source === "function") rest = source(buffer.length) ?? NOTHING;
    if (!ArrayBuffer.isView(rest)) {
      rest = NOTHING;
      console.error("gowasp: stdin gave a promise, which wasip1 cannot await");
      fail("EIO");
    }
    const chunk = rest.subarray(0, buffer.length);
    buffer.set(chunk);
    rest = rest.subarray(chunk.length);
    return chunk.length;
  };
}
