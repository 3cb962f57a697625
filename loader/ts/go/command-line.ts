import { GowaspError } from "../errors.js";
import type { GoMemory } from "./memory.js";
import { encodeUtf8 } from "./strings.js";

// The linker leaves these bytes free for the host: wasmMinDataAddr in cmd/link/internal/ld/data.go is 4096 + 8192.
const START = 4096;
const END = 4096 + 8192;

/**
 * Writes arguments and environment to where `rt0_go` reads them: the strings, each with a closing NUL and aligned to 8 bytes,
 * then the pointers to the arguments, 0, the pointers to `NAME=value` sorted by name, 0.
 *
 * @param isInherited whether the environment is that of the host, which nobody has written for this program: what does not fit
 *   is left out of it, the largest variables first
 * @returns the address of the first pointer, Go's argv
 * @throws GowaspError `invalid-option` if they take more than 8 KiB, or a string holds a NUL, which would cut it short
 */
export function writeCommandLine(
  memory: GoMemory,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  isInherited = false,
): number {
  const texts = args.map(encode);
  const variables = Object.keys(env)
    .sort()
    .map((name) => ({ name, bytes: encode(`${name}=${env[name]}`) }));
  if (isInherited) leaveOut(variables, END - START - 1 - sizeOf(texts) - 8);
  const all = [...texts, undefined, ...variables.map(({ bytes }) => bytes), undefined];
  const size = sizeOf(all);
  if (START + size >= END) {
    throw new GowaspError(
      "invalid-option",
      `args, env: they take ${size} bytes of the program's memory, but Go leaves only ${END - START} for them; ` +
        "pass fewer variables, or pass the data through stdin or a global",
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
    throw new GowaspError(
      "invalid-option",
      `args, env: ${JSON.stringify(text)} holds a NUL character, which Go cannot take`,
    );
  }
  const encoded = encodeUtf8(text);
  const bytes = new Uint8Array((encoded.length + 8) & ~7);
  bytes.set(encoded);
  return bytes;
}

/** What texts take, each with its pointer; no text has a pointer, too. */
function sizeOf(texts: readonly (Uint8Array | undefined)[]): number {
  return texts.reduce((sum, text) => sum + (text?.length ?? 0) + 8, 0);
}

/** Takes the largest variables out until the others take at most `room` bytes, with their closing pointer. */
function leaveOut(variables: { name: string; bytes: Uint8Array }[], room: number): void {
  const left: string[] = [];
  let size = sizeOf([undefined, ...variables.map(({ bytes }) => bytes)]);
  for (const variable of [...variables].sort((a, b) => b.bytes.length - a.bytes.length)) {
    if (size <= room) break;
    size -= sizeOf([variable.bytes]);
    variables.splice(variables.indexOf(variable), 1);
    left.push(variable.name);
  }
  if (left.length > 0) {
    console.warn(
      `gowasp: Go takes arguments and variables of 8 KiB at most; left out of the environment: ${left.join(", ")}`,
    );
  }
}
