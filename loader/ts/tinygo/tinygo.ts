// TinyGo programs for pages. Loaded when one is, and `gowasp/tinygo` for the option `use`.

import { GowaspError } from "../errors.js";
import type { WasmExports } from "../host/web.js";
import type { Job } from "../job.js";
import type { StartedApp } from "../program/app.js";
import { type Link, memoryOf } from "../program/link.js";
import type { Loaded } from "../transport/loaded.js";
import { TinyGoProgram } from "./program.js";
import { integerTicks, ticks } from "./ticks.js";

export const part = "tinygo";

/**
 * Instantiates a module with host functions for TinyGo, and runs it: a command until its first wait, a library until it
 * is initialized.
 *
 * @throws {GowaspError} `instantiate`, `aborted`
 */
export async function startTinyGo({ module, via, name }: Loaded, link: Link, job: Job): Promise<StartedApp> {
  const { args, env, stdout, stderr, global } = job.options;
  const program = new TinyGoProgram({ args, env, stdout, stderr, global, name });
  const instantiate = (clock: unknown) => {
    const own = program.imports(module, clock);
    const all = Object.entries(own).map(([from, functions]) => [from, { ...functions, ...link.imports[from] }]);
    return link.instantiate(module, { ...link.imports, ...Object.fromEntries(all) }, job);
  };
  // The first fits only a module that wants integers.
  const instance = await instantiate(await integerTicks()).catch((error) => {
    if (error instanceof GowaspError && error.code === "instantiate") return instantiate(ticks);
    throw error;
  });
  const exports = program.run(instance) as WasmExports;
  return {
    exports,
    exited: program.exited.then((code) => code),
    get failure() {
      return program.failure;
    },
    memory: memoryOf(instance),
    module,
    via,
    kill: () => program.kill(),
  };
}
