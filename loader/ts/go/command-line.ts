import { GowaspError } from "../errors.js";
import type { GoMemory } from "./memory.js";
import { encodeUtf8 } from "./strings.js";

// The linker leaves these bytes free for the host: wasmMinDataAddr in cmd/link/internal/ld/data.go is 4096 + 8192.
const START = 4096;
const END = 4096 + 8192;

/**
 * The most bytes that arguments and environment may take, each with a NUL, a pointer of 8 bytes, and padded to a
 * multiple of 8.
 */
export const ROOM = END - START - 1;

/**
 * Writes arguments and environment to where `rt0_go` reads them: the strings, each with a closing NUL and aligned to 8
 * bytes, then the pointers to the arguments, 0, the pointers to `NAME=value` sorted by name, 0.
 *
 * @returns the address of the first pointer, Go's argv
 * @throws GowaspError `invalid-option` if they take more than 8 KiB, or a string holds a NUL, which would cut it short
 */
export function writeCommandLine(
  memory: GoMemory,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): number {
  const variables = Object.keys(env).sort();
  const all = [...args.map(encode), undefined, ...variables.map((name) => encode(`${name}=${env[name]}`)), undefined];
  const size = all.reduce((sum, text) => sum + (text?.length ?? 0) + 8, 0);
  if (START + size >= END) {
    throw new GowaspError(
      "invalid-option",
      `args, env: they take ${size} bytes, but Go leaves only ${END - START} for them; use stdin or a global`,
    );
  }
  let end = START;
  const pointers = all.map((bytes) => {
    if (bytes === undefined) return 0;
    const address = end;
    end += bytes.length;
    memory.bytes.set(bytes, address);
    return address;
  });
  pointers.forEach((pointer, index) => {
    memory.setInt64(end + index * 8, pointer);
  });
  return end;
}

/** A text with its closing NUL, filled up to a multiple of 8 bytes. */
function encode(text: string): Uint8Array {
  if (text.includes("\0")) {
    throw new GowaspError("invalid-option", `args, env: ${JSON.stringify(text)} holds a NUL`);
  }
  const encoded = encodeUtf8(text);
  const bytes = new Uint8Array((encoded.length + 8) & ~7);
  bytes.set(encoded);
  return bytes;
}
