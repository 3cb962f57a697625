import { GowaspError } from "../errors.js";
import { GoHost, type GoHostOptions } from "../go/host.js";
import { builtin, hasNodeModules } from "../host/node.js";
import type { Job } from "../job.js";
import { part } from "../late/part.js";
import type { GoApp, LoadOptions } from "../options.js";
import type { Loaded } from "../transport/loaded.js";
import type { Abi } from "../transport/manifest.js";
import { Link, memoryOf } from "./link.js";

/** A running program, before the means to use it by name are added. */
export type StartedApp = Omit<GoApp, "scope" | "call" | "symbolicate">;

/**
 * Instantiates a module with the host functions it wants and begins to run it. When this resolves, Go's `main` has run
 * up to the first point where it waits.
 *
 * @throws {GowaspError} `instantiate`, `unsupported-abi`, `aborted`
 */
export async function startApp(loaded: Loaded, job: Job): Promise<StartedApp> {
  const { module } = loaded;
  const abi = loaded.abi ?? abiOf(module);
  job.beginRun(loaded.via);
  return abi === "gojs" || abi === "go"
    ? startGo(loaded, abi, job)
    : (await part("other")).startOther(loaded, abi, job);
}

async function startGo({ module, via, name }: Loaded, abi: "gojs" | "go", job: Job): Promise<StartedApp> {
  const { args, env, stdin, stdout, stderr, global } = job.options;
  const given = system(job.options);
  const { fs, path, process } = given;
  const beyond = hasNodeModules || stdin !== undefined || fs || path || process ? await part("system") : undefined;
  const host = new GoHost({ args, name, env, stdin, stdout, stderr, global, ...given }, beyond?.givenSystem);
  const link = new Link(job.options);
  const own = { ...host.imports, ...link.imports[abi] };
  const instance = await link.instantiate(module, { ...link.imports, [abi]: own }, job);
  const exited = host.run(instance);
  await refusal(exited);
  if (hasNodeModules) beyond?.reportDeadlock(host, exited);
  return {
    exports: instance.exports,
    // A promise of its own, so that a failure nobody listens to is still reported by the engine.
    exited: exited.catch((error) => {
      throw host.failure ?? error;
    }),
    get failure() {
      return host.failure;
    },
    memory: memoryOf(instance),
    module,
    via,
    kill: () => host.kill(),
  };
}

/** Throws what the host refused before it entered Go: that is the caller's mistake, not the end of the program. */
async function refusal(exited: Promise<number>): Promise<void> {
  try {
    await Promise.race([exited, undefined]);
  } catch (error) {
    if (error instanceof GowaspError) throw error;
  }
}

/** Tells the host ABI by the imports, for modules without a manifest. */
export function abiOf(module: WebAssembly.Module): Abi {
  const imports = importsOf(module);
  const wants = (from: string, name?: string) =>
    imports.some((entry) => entry.module === from && (name === undefined || entry.name === name));
  // Standard Go always imports this one; TinyGo uses the same module's name for functions of another type.
  for (const name of ["gojs", "go"] as const) if (wants(name, "runtime.wasmExit")) return name;
  if (wants("gojs") || wants("env", "runtime.ticks")) return "tinygo";
  return wants("wasi_snapshot_preview1") ? "wasi_snapshot_preview1" : "none";
}

function importsOf(module: WebAssembly.Module): WebAssembly.ModuleImportDescriptor[] {
  try {
    return WebAssembly.Module.imports(module);
  } catch (cause) {
    throw new GowaspError("invalid-option", "the source only looks like a WebAssembly.Module", { cause });
  }
}

/** What Go's package os works with: the caller's, or all of Node's. */
function system({ fs, path, process }: LoadOptions): Pick<GoHostOptions, "fs" | "path" | "process"> {
  if (fs !== "node") return { fs, path, process };
  if (!hasNodeModules || !builtin("fs")) {
    throw new GowaspError(
      "unavailable",
      'the option fs: "node" needs Node\'s modules (process.getBuiltinModule: Node 20.16, Deno, Bun)',
    );
  }
  return { fs: builtin("fs"), path: builtin("path"), process: globalThis.process };
}
