import { reportDeadlock } from "./deadlock.js";
import { GowaspError } from "./errors.js";
import { GoHost, type GoHostOptions } from "./go/host.js";
import type { Job } from "./job.js";
import type { Abi } from "./manifest.js";
import { isNode, nodeModule } from "./node.js";
import type { GoApp, LoadOptions, Via } from "./options.js";

/** A compiled module and what is known of it. */
export interface Loaded {
  module: WebAssembly.Module;
  via: Via;
  /** From the manifest; else the module's imports tell. */
  abi?: Abi;
  /** The program's name, Go's `os.Args[0]`. */
  name?: string;
}

/**
 * Instantiates a module with the host functions it wants and begins to run it. When this resolves, Go's `main` has run
 * up to the first point where it waits.
 *
 * @throws {GowaspError} `instantiate`, `unsupported-abi`, `aborted`
 */
export async function startApp(loaded: Loaded, job: Job): Promise<GoApp> {
  const { module } = loaded;
  const abi = loaded.abi ?? abiOf(module);
  job.beginRun(loaded.via);
  return abi === "gojs" || abi === "go" ? startGo(loaded, abi, job) : startOther(loaded, abi, job);
}

async function startGo({ module, via, name }: Loaded, abi: "gojs" | "go", job: Job): Promise<GoApp> {
  const { args, env, stdin, stdout, stderr, global } = job.options;
  const host = new GoHost({ args, name, env, stdin, stdout, stderr, global, ...(await system(job.options)) });
  const link = new Link(job.options);
  const own = { ...host.imports, ...link.imports[abi] };
  const instance = await link.instantiate(module, { ...link.imports, [abi]: own }, job);
  const exited = host.run(instance);
  await refusal(exited);
  if (isNode) reportDeadlock(host, exited);
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

/** Throws what the host refused before it entered Go: that is the caller's mistake, not the program's end. */
async function refusal(exited: Promise<number>): Promise<void> {
  try {
    await Promise.race([exited, undefined]);
  } catch (error) {
    if (error instanceof GowaspError) throw error;
  }
}

async function startOther({ module, via }: Loaded, abi: Abi, job: Job): Promise<GoApp> {
  const { start, imports } = job.options;
  if (imports === undefined && WebAssembly.Module.imports(module).length > 0) throw unsupported(module, abi);
  const link = new Link(job.options);
  const instance = await link.instantiate(module, link.imports, job);
  const { exports } = instance;
  // A wasip1 reactor has this in place of `_start`, to be called before anything else.
  if (!start && typeof exports._initialize === "function") exports._initialize();
  let kill = () => {};
  const killed = new Promise<number>((resolve) => {
    kill = () => resolve(137);
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

/** The imports of the caller, whose functions may ask for a memory that exists only later. */
class Link {
  readonly imports: WebAssembly.Imports;
  #instance: WebAssembly.Instance | undefined;

  constructor({ imports = {} }: LoadOptions) {
    this.imports = typeof imports === "function" ? imports(() => this.#memory()) : imports;
  }

  async instantiate(module: WebAssembly.Module, imports: WebAssembly.Imports, job: Job): Promise<WebAssembly.Instance> {
    job.check();
    try {
      this.#instance = await WebAssembly.instantiate(module, imports);
    } catch (cause) {
      throw new GowaspError(
        "instantiate",
        `the module could not be instantiated: ${(cause as Error).message}; ` +
          "functions of //go:wasmimport belong into the option imports",
        { cause },
      );
    }
    job.check();
    return this.#instance;
  }

  #memory(): WebAssembly.Memory {
    if (!this.#instance) throw new GowaspError("instantiate", "the memory was asked for before the module had one");
    return memoryOf(this.#instance);
  }
}

/** Go for js calls it `mem`, everybody else `memory`. */
function memoryOf({ exports }: WebAssembly.Instance): WebAssembly.Memory {
  return (exports.mem ?? exports.memory) as WebAssembly.Memory;
}

/** Tells the host ABI by the imports, for modules without a manifest. */
export function abiOf(module: WebAssembly.Module): Abi {
  const imports = WebAssembly.Module.imports(module);
  const wants = (from: string, name?: string) =>
    imports.some((entry) => entry.module === from && (name === undefined || entry.name === name));
  // Standard Go always imports this one; TinyGo uses the same module's name for functions of another type.
  for (const name of ["gojs", "go"] as const) if (wants(name, "runtime.wasmExit")) return name;
  if (wants("gojs") || wants("wasi_snapshot_preview1", "tinygo")) return "tinygo";
  return wants("wasi_snapshot_preview1") ? "wasi_snapshot_preview1" : "none";
}

function unsupported(module: WebAssembly.Module, abi: Abi): GowaspError {
  const modules = [...new Set(WebAssembly.Module.imports(module).map((entry) => entry.module))].join(", ");
  const advice = {
    wasi_snapshot_preview1:
      "pass a WASI implementation: load(url, { imports: wasi.getImportObject(), start: (instance) => wasi.start(instance) })",
    tinygo:
      "pass those of TinyGo's wasm_exec.js: load(url, { imports: go.importObject, start: (instance) => go.run(instance) })",
  }[abi as string];
  return new GowaspError(
    "unsupported-abi",
    `the module imports from ${modules}, which this loader does not supply: ${advice ?? "pass them in the option imports"}`,
  );
}

/** What Go's package os works with: the caller's, or all of Node's. */
async function system({ fs, path, process }: LoadOptions): Promise<Pick<GoHostOptions, "fs" | "path" | "process">> {
  if (fs !== "node") return { fs, path, process };
  if (!isNode) throw new GowaspError("unavailable", 'the option fs: "node" works in Node only');
  return { fs: await nodeModule("fs"), path: await nodeModule("path"), process: globalThis.process };
}
