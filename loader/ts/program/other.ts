// Modules that are not for `GOOS=js`. Loaded when one is.

import { GowaspError } from "../errors.js";
import type { Job } from "../job.js";
import { KILLED } from "../killed.js";
import { part as load } from "../late/part.js";
import type { Loaded } from "../transport/loaded.js";
import type { Abi } from "../transport/manifest.js";
import type { StartedApp } from "./app.js";
import { Link, memoryOf } from "./link.js";

export { takeParts } from "../late/part.js";
export const part = "other";

/**
 * Instantiates a module with the caller's imports, and runs it by the caller's function.
 *
 * @throws {GowaspError} `instantiate`, `unsupported-abi`, `aborted`
 */
export async function startOther(loaded: Loaded, abi: Abi, job: Job): Promise<StartedApp> {
  const { start, imports } = job.options;
  const { module, via } = loaded;
  const link = new Link(job.options);
  if (abi === "wasi_snapshot_preview1" && !start && !link.imports[abi]) {
    return (await load("wasip1")).startWasip1(loaded, link, job);
  }
  if (abi === "tinygo" && !start && !link.imports.gojs) return (await load("tinygo")).startTinyGo(loaded, link, job);
  if (imports === undefined && WebAssembly.Module.imports(module).length > 0) throw unsupported(module);
  const instance = await link.instantiate(module, link.imports, job);
  const { exports } = instance;
  // A wasip1 reactor has this in place of `_start`, to be called before anything else.
  if (!start && typeof exports._initialize === "function") exports._initialize();
  let kill = () => {};
  const killed = new Promise<number>((resolve) => {
    kill = () => resolve(KILLED);
  });
  const ended = start ? Promise.resolve(start(instance)).then((code) => (typeof code === "number" ? code : 0)) : killed;
  return {
    exports,
    exited: Promise.race([ended, killed]),
    failure: undefined,
    memory: memoryOf(instance),
    module,
    via,
    kill,
  };
}

function unsupported(module: WebAssembly.Module): GowaspError {
  const modules = [...new Set(WebAssembly.Module.imports(module).map((entry) => entry.module))].join(", ");
  return new GowaspError(
    "unsupported-abi",
    `the module imports from ${modules}, which this loader does not supply: pass them in the option imports`,
  );
}
