import { GowaspError } from "../errors.js";
import { piecesOf, type StdinSource } from "../go/stdin.js";
import { builtin, hasNodeModules } from "../host/node.js";
import type { WasmExports } from "../host/web.js";
import type { Job } from "../job.js";
import type { LoadOptions } from "../options.js";
import type { Loaded, StartedApp } from "../program/app.js";
import { type Link, memoryOf } from "../program/link.js";
import { unknownFunctions, Wasip1Program } from "./program.js";
import type { SyncFiles } from "./sync-files.js";

/**
 * Instantiates a module with this package's WASI, and runs it: a command to its end, a reactor until it is initialized.
 *
 * @throws {GowaspError} `instantiate`, `invalid-option`, `aborted`
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

/** The files of the options; with Node's own the program begins where the process is. */
function system({ fs, env }: LoadOptions): { fs?: SyncFiles; env: LoadOptions["env"] } {
  if (fs === undefined) return { env };
  if (fs !== "node") {
    if (typeof (fs as Partial<SyncFiles>).openSync === "function") return { fs: fs as unknown as SyncFiles, env };
    throw new GowaspError(
      "invalid-option",
      "the option fs lacks openSync and the like, which programs for wasip1 need",
    );
  }
  if (!hasNodeModules || !builtin("fs")) {
    throw new GowaspError("unavailable", 'the option fs: "node" needs Node\'s modules (Node 20.16, Deno, Bun)');
  }
  // Without the drive of Windows.
  const PWD = process.cwd().replace(/^\w:/, "").replaceAll("\\", "/");
  return { fs: builtin("fs") as unknown as SyncFiles, env: { PWD, ...env } };
}

/** What arrives only with time is read to its end first: the program cannot wait for it. */
async function atHand(stdin: StdinSource | undefined): Promise<StdinSource | undefined> {
  if (typeof stdin !== "object" || ArrayBuffer.isView(stdin)) return stdin;
  const chunks: Uint8Array[] = [];
  for await (const chunk of piecesOf(stdin)) chunks.push(chunk);
  return new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
}
