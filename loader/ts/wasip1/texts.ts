// Arguments and environment, as preview 1 hands them out.

import { GowaspError } from "../errors.js";
import { encodeUtf8 } from "../go/strings.js";

/** Where they are written to; addresses are bytes from the start of memory, as a program gives them: signed. */
export interface Target {
  setUint32(address: number, value: number): void;
  slice(address: number, length: number): Uint8Array;
}

/** The environment as texts. */
export function variables(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(env)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`);
}

/**
 * `NAME_get` and `NAME_sizes_get`: pointers at one place, the strings that they lead to at another, each with a NUL.
 *
 * @throws {GowaspError} `invalid-option` where a text holds a NUL
 */
export function textFunctions(
  memory: Target,
  name: "args" | "environ",
  texts: readonly string[],
): Record<string, (first: number, second: number) => void> {
  const all = texts.map((text) => {
    if (text.includes("\0")) {
      throw new GowaspError("invalid-option", `args, env: ${JSON.stringify(text.slice(0, 80))} holds a NUL`);
    }
    return encodeUtf8(`${text}\0`);
  });
  return {
    [`${name}_sizes_get`](count, size) {
      memory.setUint32(count, all.length);
      memory.setUint32(
        size,
        all.reduce((sum, { length }) => sum + length, 0),
      );
    },
    [`${name}_get`](pointers, texts) {
      let at = texts;
      all.forEach((bytes, index) => {
        memory.setUint32(pointers + index * 4, at);
        memory.slice(at, bytes.length).set(bytes);
        at += bytes.length;
      });
    },
  };
}
