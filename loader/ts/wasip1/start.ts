import { GowaspError } from "../errors.js";
import { iterable, type StdinSource } from "../go/stdin.js";
import { builtin, hasNodeModules } from "../host/node.js";
import type { WasmExports } from "../host/web.js";
import type { Job } from "../job.js";
import type { LoadOptions } from "../options.js";
import type { StartedApp } from "../program/app.js";
import type { Link } from "../program/link.js";
import type { Loaded } from "../transport/loaded.js";
import type { Wasip1Options } from "./options.js";
import { unknownFunctions, Wasip1Program } from "./program.js";
import type { ReadyStdin } from "./stdin.js";
import type { SyncFiles } from "./sync-files.js";

/**
 * Instantiates a module with this package's WASI, and runs it: a command to its end, a reactor until it is initialized.
 *
 * @throws {GowaspError} `instantiate`, `invalid-option`, `aborted`
 * @internal `load()` calls it.
 */
export async function startWasip1({ module, via, name }: Loaded, link: Link, job: Job): Promise<StartedApp> {
  const { args, stdout, stderr, preopens } = job.options;
  const { fs, env } = system(job.options);
  const stdin = await atHand(job.options.stdin);
  const program = new Wasip1Program({ args, name, env, stdin, stdout, stderr, fs, preopens });
  const wasi = { ...unknownFunctions(module), ...program.imports, ...link.imports.wasi_snapshot_preview1 };
  const instance = await link.instantiate(module, { ...link.imports, wasi_snapshot_preview1: wasi }, job);
  const exports = program.run(instance) as WasmExports;
  return {
    exports,
    exited: program.exited,
    get failure() {
      return program.failure;
    },
    memory: instance.exports.memory as WebAssembly.Memory,
    module,
    via,
    kill: () => program.kill(),
  };
}

/** The files of the options; with Node's own the program begins where the process is. */
function system({ fs, env }: LoadOptions): Pick<Wasip1Options, "fs" | "env"> {
  const isNode = fs === "node";
  const files = (isNode ? hasNodeModules && builtin("fs") : fs) as SyncFiles | undefined | false;
  if (fs && (!files || typeof files.openSync !== "function")) {
    throw new GowaspError("unavailable", "the option fs: wasip1 needs openSync and the like");
  }
  // Without the drive of Windows.
  const PWD = isNode && process.cwd().replace(/^\w:/, "").replaceAll("\\", "/");
  return { fs: files || undefined, env: PWD ? { PWD, ...env } : env };
}

/** Input that arrives over time is read to its end first, because the program cannot wait for it. */
async function atHand(stdin: StdinSource | undefined): Promise<ReadyStdin | undefined> {
  if (typeof stdin !== "object" || ArrayBuffer.isView(stdin)) return stdin as ReadyStdin | undefined;
  const chunks: (Uint8Array | string)[] = [];
  for await (const chunk of iterable(stdin)) chunks.push(chunk);
  return new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
}
