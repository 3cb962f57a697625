// The functions of preview 1 that have nothing to do with files.

import { fillRandom } from "../go/random.js";
import { timeOf } from "./clock.js";
import { fail } from "./errno.js";
import type { Context, WasiFunction } from "./fd-functions.js";
import { pollOneoff } from "./poll.js";
import { textFunctions, variables } from "./texts.js";

/** The functions for arguments, environment, clocks, random bytes, waiting, and sockets, of which there are none. */
export function processFunctions(
  context: Context,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Record<string, WasiFunction> {
  const { memory, descriptors } = context;
  const noSocket = (fd: number) => {
    descriptors.get(fd);
    fail("ENOTSUP");
  };
  return {
    ...textFunctions(memory, "args", args),
    ...textFunctions(memory, "environ", variables(env)),
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
