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
 * @returns the address of the first pointer, Go's argv
 * @throws GowaspError `invalid-option` if they take more than 8 KiB, or a string holds a NUL, which would cut it short
 */
export function writeCommandLine(
  memory: GoMemory,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): number {
  const variables = Object.keys(env)
    .sort()
    .map((name) => `${name}=${env[name]}`);
  let end = START;
  const place = (text: string): number => {
    if (text.includes("\0")) {
      throw new GowaspError(
        "invalid-option",
        `args, env: ${JSON.stringify(text)} holds a NUL character, which Go cannot take`,
      );
    }
    const encoded = encodeUtf8(text);
    const address = end;
    end += (encoded.length + 8) & ~7;
    if (end <= END) {
      memory.bytes.fill(0, address, end);
      memory.bytes.set(encoded, address);
    }
    return address;
  };
  const pointers = [...args.map(place), 0, ...variables.map(place), 0];
  const argv = end;
  end += pointers.length * 8;
  if (end >= END) {
    throw new GowaspError(
      "invalid-option",
      `args, env: they take ${end - START} bytes of the program's memory, but Go leaves only ${END - START} for them; ` +
        "pass fewer variables, or pass the data through stdin or a global",
    );
  }
  pointers.forEach((pointer, index) => {
    memory.setInt64(argv + index * 8, pointer);
  });
  return argv;
}
