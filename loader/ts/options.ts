import type { GowaspError } from "./errors.js";
import type { GoHostOptions } from "./go/host.js";
import type {
  Bytes,
  FetchResponse,
  Signal,
  Url,
  WasmExports,
  WasmImports,
  WasmInstance,
  WasmMemory,
  WasmModule,
} from "./host/web.js";
import type { Snapshot } from "./snapshot.js";

/** What `load()` takes besides the address. Everything is optional. */
export interface LoadOptions extends Omit<GoHostOptions, "name" | "fs"> {
  /**
   * The files Go's `os` package sees: an object shaped like `node:fs`, or `"node"` for Node's own, which brings its
   * `process` and `path` along. Default: stdio only.
   */
  fs?: GoHostOptions["fs"] | "node";
  /**
   * For `GOOS=wasip1`: the directories of `fs` that the program gets, under the names that it uses, such as `{ "/":
   * "/srv/data" }`. No path leads out of them. Default: all of `fs`, as `/`.
   */
  preopens?: Readonly<Record<string, string>>;
  /**
   * At how many bytes of heap Go collects garbage for the first time, and not below it afterwards, if GOGC is 100. Larger
   * heaps are collected less often, and take more memory. Only for programs that were packed with `--gc-first-heap`,
   * whose number is the default.
   */
  gcFirstHeap?: number;
  /** Called as bytes arrive and when a phase begins. What it throws goes to the console. */
  onProgress?: (progress: Progress) => void;
  /** Stops loading, at any stage. Once `load()` has resolved it has no effect: see {@link GoApp.kill}. */
  signal?: Signal;
  /**
   * Whether the module's SHA-256 is checked against the manifest before it runs. By default it is, if that costs
   * nothing or gains something: when the loader reads or decodes the bytes itself, and when they come from another
   * origin than the manifest, even by a redirect. `true` checks in any case, also what comes from the same origin or
   * from the Cache API, for 4 % more time at 50 Mbit/s (`tests/bench/arrival.mjs`), and refuses what has no manifest;
   * `false` never checks, and then nothing is kept in the Cache API.
   *
   * A string is the hash of the entry point itself, as in HTML's `integrity` attribute (`"sha256-…"`, `sha384`,
   * `sha512`): of the manifest's bytes, by which the module is then checked in any case, or of the decoded module.
   */
  integrity?: boolean | string;
  /**
   * Origins, other than its own, on which the manifest may name files, such as `https://cdn.example.com`. Default none.
   */
  allowOrigins?: readonly string[];
  /**
   * Keep what the loader had to decode itself in the browser's Cache API, one module per manifest, so that the next
   * start needs no decoder, and no network if there is none. `"offline"` also keeps what the browser decoded. Default
   * true.
   */
  cache?: boolean | "offline";
  /** How often a request is repeated that got no answer, half an answer, or one from a busy server. Default 3. */
  retries?: number;
  /**
   * For how many milliseconds a server may send nothing before the connection is given up. Default 30,000. Bodies that
   * go straight to the browser's compiler are not watched: pass `onProgress` or `integrity` if they should be.
   */
  stallTimeout?: number;
  /** Priority of the requests among those of the page, as fetch() takes it. */
  fetchPriority?: "high" | "low" | "auto";
  /**
   * How to tell that a program is ready: a name that it sets on `js.Global()`, a function that returns whether it is,
   * or `true` for one that calls `Ready` of the Go package gowasp. `load()` then resolves at that point, and not at the
   * program's first wait.
   */
  ready?: true | string | ((scope: Record<string, unknown>) => boolean);
  /**
   * Translate what the program dies of by the side-car that `gowasp pack` wrote: the stacks of `failure` and its causes have
   * Go's names, files and lines when `exited` settles, which waits for it. The side-car is fetched then, not before.
   */
  symbolicate?: boolean;
  /** What a relative address is relative to. Default: the page, the worker's script, or the working directory. */
  baseUrl?: string | Url;
  /**
   * Imports beyond Go's own, by module and name: for `//go:wasmimport`, and all of them for modules that are not
   * `GOOS=js`. The function form is called once, before instantiation; the memory that it can ask for exists only
   * afterwards.
   */
  imports?: WasmImports | ((memory: () => WasmMemory) => WasmImports);
  /**
   * Runs a module that is not `GOOS=js`, e.g. `(instance) => wasi.start(instance)`; a number that it returns is the
   * exit code. Without it, this package runs programs for WASI preview 1, unless `imports` has a WASI; any other module
   * is instantiated, and its exports can be called.
   */
  start?: (instance: WasmInstance) => unknown;
  /**
   * Run the program in a web worker, so that the page stays responsive whatever it does; see {@link WorkerLoadOptions}
   * and {@link WorkerGoApp} for the differences.
   */
  worker?: false;
  /** Where `decoder_bg.wasm` of this package is served, for bundlers that do not copy it; relative to the page. */
  decoderUrl?: string | Url;
  /** Where `worker.js` of this package is served, for bundlers that do not copy it; relative to the page. */
  workerUrl?: string | Url;
  /**
   * Parts of this package that were imported up front, where none can be imported later: service workers, extensions.
   *
   * @example
   * import parts from "gowasp/parts";
   * await load("/app.json", { use: parts });
   */
  use?: readonly Part[];
}

/**
 * What `load()` takes when the program is to run in a web worker: everything that can be copied to it or called from
 * it.
 */
export interface WorkerLoadOptions
  extends Omit<LoadOptions, "fs" | "imports" | "start" | "global" | "process" | "path" | "worker" | "ready"> {
  worker: true;
  /**
   * `"node"` for Node's own files, or what `gowasp/fs` makes: the worker gets a copy, whose files come back when the
   * program ends by itself.
   */
  fs?: "node" | Snapshots;
  /** A name that the program sets on `js.Global()` when it is ready, or `true`; `load()` waits for it. */
  ready?: true | string;
  /**
   * When `load()` resolves: when the program begins to run (the default), so that {@link GoApp.kill} is there even for
   * one that never waits; or when it waits for the first time or has ended.
   */
  until?: "run" | "idle";
}

/** Files that can be copied to and from a worker. */
export interface Snapshots {
  snapshot(): Snapshot;
  restore(snapshot: Snapshot): void;
}

/** A part of the loader: what `import * as … from "gowasp/…"` gives, or one of `gowasp/parts`. */
export interface Part {
  readonly part: string;
  /** Tells a part that needs others which of them there are: each file of the package keeps its own account. */
  readonly takeParts?: (parts: readonly Part[]) => void;
}

/** What `load()` loads. */
export type Source = string | Url | FetchResponse | Bytes | WasmModule;

/** How the module's bytes came. */
export type Via =
  /** The browser itself decoded, compiled and cached. */
  | "native"
  /** The loader's own brotli decoder, because the server did not negotiate an encoding. */
  | "decoder"
  /** The host's `DecompressionStream`, for the same reason. */
  | "decompression-stream"
  /** What has changed since the version in the Cache API, decoded with that by the loader's own decoder. */
  | "delta"
  /** A decoded module from the Cache API. */
  | "cache"
  /** Node's file system. */
  | "file"
  /** A `WebAssembly.Module` that the caller had. */
  | "module"
  /** Bytes that the caller had, or that a `data:` address holds. */
  | "bytes";

/** How far loading is. */
export interface Progress {
  /** `download`: bytes arrive and are compiled as they do; `compile`: all are there; `run`: Go's `main` begins. */
  phase: "download" | "compile" | "run";
  /** Decoded bytes so far. */
  loaded: number;
  /** Decoded bytes of the whole module; `undefined` when there is no manifest to tell. */
  total: number | undefined;
  /** How the bytes come. */
  via: Via;
}

/**
 * A running Go program.
 *
 * @typeParam Exports what it exports, if that is known: `load<{ add(a: number, b: number): number }>(url)`
 */
export interface GoApp<Exports = WasmExports> {
  /** What the module exports: functions marked `//go:wasmexport` can be called from now on. */
  readonly exports: Exports;
  /** Resolves with the exit code when the program ends. */
  readonly exited: Promise<number>;
  /**
   * What the Go program died of, once it has: `panic` with Go's text as its message and the traces of the goroutines as
   * its stack, or `exception`. A call of one of its functions in which it dies throws this as well.
   */
  readonly failure: GowaspError | undefined;
  /** The program's linear memory. Its `buffer` changes when it grows. */
  readonly memory: WasmMemory;
  /** The compiled module: `load(app.module)` starts another instance without loading anything. */
  readonly module: WasmModule;
  /** How the module's bytes came. */
  readonly via: Via;
  /**
   * The names that the program sees on `js.Global()`, and sets there: those of the option `global`, then those of the
   * page.
   */
  readonly scope: Record<string, unknown>;
  /**
   * Calls a function that the program exports or has set on `js.Global()`, and waits for its result.
   *
   * @throws {GowaspError} `no-function`, and `exited` when the program ends before it has answered
   */
  call(name: string, ...args: unknown[]): Promise<unknown>;
  /**
   * Translates a trace of this program: a stack of the engine's, or Go's own traceback of a program that was packed with
   * `--strip`. The side-car that `gowasp pack` wrote is fetched when this is called first. What is no call of this build stays,
   * and without a side-car all of it does.
   *
   * @param trace an error, whose causes are translated as well, or a text
   * @throws {GowaspError} `network`, `http-status`, `manifest-invalid`, `integrity`, `unavailable`
   */
  symbolicate(trace: unknown): Promise<string>;
  /** Ends the program: nothing of it runs any more and `exited` resolves with 137. */
  kill(): void;
}

/** A Go program in a web worker: what it exports, and its memory, cannot be reached from the page. */
export type WorkerGoApp = Pick<GoApp, "exited" | "failure" | "via" | "symbolicate" | "kill">;

/**
 * A program that a page imports by the package's plugin for its bundler: `import app from "./cmd/app?gowasp"`.
 *
 * @typeParam Exports what it exports, which the plugin declares
 */
export interface GoProgram<Exports = WasmExports> {
  /** Where its manifest is served or, during development, its module. */
  readonly url: string;
  /** `load()` of it. */
  load(options?: LoadOptions): Promise<GoApp<Exports>>;
  load(options: WorkerLoadOptions): Promise<WorkerGoApp>;
  /** `preload()` of it. */
  preload(options?: LoadOptions): Promise<void>;
}
