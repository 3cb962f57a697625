// The functions of preview 1 that have nothing to do with files.

import { GowaspError } from "../errors.js";
import { fillRandom } from "../go/random.js";
import { encodeUtf8 } from "../go/strings.js";
import { timeOf } from "./clock.js";
import { fail } from "./errno.js";
import type { Context, WasiFunction } from "./fd-functions.js";
import type { WasiMemory } from "./memory.js";
import { pollOneoff } from "./poll.js";

/** The functions for arguments, environment, clocks, random bytes, waiting, and sockets, of which there are none. */
export function processFunctions(
  context: Context,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Record<string, WasiFunction> {
  const { memory, descriptors } = context;
  const variables = Object.entries(env).filter(([, value]) => value !== undefined);
  const noSocket = (fd: number) => {
    descriptors.get(fd);
    fail("ENOTSUP");
  };
  return {
    ...strings(memory, "args", args),
    ...strings(
      memory,
      "environ",
      variables.map(([name, value]) => `${name}=${value}`),
    ),
    clock_res_get: (clock: number, to: number) => memory.setUint64(to, timeOf(clock) && 1000n),
    clock_time_get: (clock: number, _: bigint, to: number) => memory.setUint64(to, timeOf(clock)),
    poll_oneoff: (from: number, to: number, count: number, written: number) =>
      memory.setUint32(written, pollOneoff(context, from, to, count >>> 0)),
    random_get(to: number, length: number) {
      fillRandom(memory.slice(to, length));
    },
    sched_yield: () => {},
    ...Object.fromEntries(["accept", "recv", "send", "shutdown"].map((name) => [`sock_${name}`, noSocket])),
  };
}

/**
 * `NAME_get` and `NAME_sizes_get`: pointers at one place, the strings that they lead to at another, each with a NUL.
 */
function strings(memory: WasiMemory, name: "args" | "environ", texts: readonly string[]): Record<string, WasiFunction> {
  const all = texts.map((text) => {
    if (text.includes("\0")) {
      throw new GowaspError("invalid-option", `args, env: ${JSON.stringify(text.slice(0, 80))} holds a NUL`);
    }
    return encodeUtf8(`${text}\0`);
  });
  return {
    [`${name}_sizes_get`](count: number, size: number) {
      memory.setUint32(count, all.length);
      memory.setUint32(
        size,
        all.reduce((sum, { length }) => sum + length, 0),
      );
    },
    [`${name}_get`](pointers: number, texts: number) {
      let at = texts >>> 0;
      all.forEach((bytes, index) => {
        memory.setUint32(pointers + index * 4, at);
        memory.slice(at, bytes.length).set(bytes);
        at += bytes.length;
      });
    },
  };
}
