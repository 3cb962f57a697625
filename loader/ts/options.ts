import type { GowaspError } from "./errors.js";
import type { GoHostOptions } from "./go/host.js";

/** What `load()` takes beside the address. Everything is optional. */
export interface LoadOptions extends Omit<GoHostOptions, "name" | "fs"> {
  /**
   * The files Go's `os` package sees: an object shaped like `node:fs`, or `"node"` for Node's own, which brings its
   * `process` and `path` along. Default: stdio only.
   */
  fs?: GoHostOptions["fs"] | "node";
  /** Called as bytes arrive and when a phase begins. What it throws goes to the console. */
  onProgress?: (progress: Progress) => void;
  /** Stops loading, at any stage. Once `load()` has resolved it no longer matters: see {@link GoApp.kill}. */
  signal?: AbortSignal;
  /**
   * Whether the module's SHA-256 is checked against the manifest before it runs. By default it is where that costs
   * nothing or gains something: when the loader reads or decodes the bytes itself, and when the module lies on another
   * origin than its manifest. `true` checks in any case, also what comes from the same origin or from the Cache API,
   * for about a fifth more time on a fast network; `false` never does.
   */
  integrity?: boolean;
  /**
   * Keep what the loader had to decode itself in the browser's Cache API, one module per manifest, so that the next
   * start needs neither network nor decoder. Default true.
   */
  cache?: boolean;
  /** What a relative address is relative to. Default: the page, the worker's script, or the working directory. */
  baseUrl?: string | URL;
  /**
   * Imports beyond Go's own, by module and name: for `//go:wasmimport`, and all of them for modules that are not
   * `GOOS=js`. The function form is called once, before instantiation; the memory it can ask for exists from then on.
   */
  imports?: WebAssembly.Imports | ((memory: () => WebAssembly.Memory) => WebAssembly.Imports);
  /**
   * Runs a module that is not `GOOS=js`, e.g. `(instance) => wasi.start(instance)`; a number it returns is the exit
   * code. Without it such a module is instantiated, a reactor is initialized, and its exports are there to be called.
   */
  start?: (instance: WebAssembly.Instance) => unknown;
  /**
   * Run the program in a web worker, so that the page stays responsive whatever it does; see {@link WorkerLoadOptions}
   * and {@link WorkerGoApp} for what is different then.
   */
  worker?: false;
  /** Where `decoder_bg.wasm` of this package is served, for bundlers that do not move it along. */
  decoderUrl?: string | URL;
}

/** What `load()` takes when the program is to run in a web worker: everything that can be copied or called from there. */
export interface WorkerLoadOptions
  extends Omit<LoadOptions, "fs" | "imports" | "start" | "global" | "process" | "path" | "worker"> {
  worker: true;
}

/** How the module's bytes came. */
export type Via =
  /** The browser decoded, compiled and cached by itself. */
  | "native"
  /** The loader's own brotli decoder, because the server did not negotiate an encoding. */
  | "decoder"
  /** The host's `DecompressionStream`, for the same reason. */
  | "decompression-stream"
  /** A decoded module from the Cache API. */
  | "cache"
  /** Node's file system. */
  | "file"
  /** A `WebAssembly.Module` that the caller had. */
  | "module";

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

/** A running Go program. */
export interface GoApp {
  /** What the module exports: functions marked `//go:wasmexport` can be called from now on. */
  readonly exports: WebAssembly.Exports;
  /** Resolves with the exit code when the program ends. */
  readonly exited: Promise<number>;
  /**
   * What a Go program died of, from then on: `panic` with Go's text as its message and the traces of the goroutines as its stack, or
   * `exception`. A call of one of its functions in which it dies throws this, too.
   */
  readonly failure: GowaspError | undefined;
  /** The program's linear memory. Its `buffer` changes when it grows. */
  readonly memory: WebAssembly.Memory;
  /** The compiled module: `load(app.module)` starts another instance without loading anything. */
  readonly module: WebAssembly.Module;
  /** How the module's bytes came. */
  readonly via: Via;
  /** Ends the program: nothing of it runs any more and `exited` resolves with 137. */
  kill(): void;
}

/** A Go program in a web worker: what it exports, and its memory, cannot be reached from the page. */
export type WorkerGoApp = Pick<GoApp, "exited" | "via" | "kill">;
