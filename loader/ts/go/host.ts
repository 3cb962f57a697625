import { GowaspError } from "../errors.js";
import type { WasmImports, WasmInstance } from "../web.js";
import { writeCommandLine } from "./command-line.js";
import { type GoFileSystem, programFileSystem } from "./file-system.js";
import { GoMemory } from "./memory.js";
import { pathStub, processStub } from "./process.js";
import type { GoProgram } from "./program.js";
import { runtime } from "./runtime.js";
import { GlobalScope } from "./scope.js";
import { type StdinSource, standardStreams } from "./stdio.js";
import { StringCodec } from "./strings.js";
import { syscallJs } from "./syscall-js.js";
import { Timers } from "./timers.js";
import { ValueTable } from "./values.js";

export type { GoFileSystem } from "./file-system.js";

/** What a Go program gets from its embedder; everything is optional. */
export interface GoHostOptions {
  /** Arguments, `os.Args[1:]`. With `env` and pointers they must fit into 8 KiB. */
  args?: string[];
  /** The program's own name, `os.Args[0]`; "js" by default. */
  name?: string;
  /** The environment; empty by default. */
  env?: Record<string, string>;
  /** Standard input. Without it and without `fs`, reading it reports ENOSYS. */
  stdin?: StdinSource;
  /**
   * Takes standard output. Default: descriptor 1 of `fs` if that has `writeSync`; otherwise the process's standard output where
   * there is a process, the console line by line elsewhere.
   */
  stdout?: (chunk: Uint8Array) => void;
  /** Takes standard error; the default is like that of `stdout`. */
  stderr?: (chunk: Uint8Array) => void;
  /** Files. Without them every operation on one reports ENOSYS. */
  fs?: GoFileSystem;
  /** What Go's package os calls for ids and the working directory, shaped like Node's `process`. Default: nobody, nowhere. */
  process?: object;
  /** What Go's package syscall resolves paths with, shaped like `node:path`; the default joins segments. */
  path?: { resolve(...segments: string[]): string };
  /**
   * Names that Go finds on `js.Global()` before those of the real global object. What Go sets under one of these names lands in
   * this object too, so `{ api: undefined }` is a way to receive what a program offers as `api`.
   */
  global?: object;
}

// The exit code of a program that was killed, as shells report it: 128 + SIGKILL.
const KILLED = 137;

// Thrown through the Go frames of a program that has ended while they were waiting for a JavaScript call to return.
const stop = new Error("the Go program has ended");

type Entry = () => void;

/** The exports of every Go program built for GOOS=js, and what has them. */
interface GoExports {
  readonly mem: WebAssembly.Memory;
  readonly run: (argc: number, argv: number) => void;
  readonly resume: Entry;
  readonly getsp: () => number;
}

/** What syscall/js fetches as `_pendingEvent`: a call of a Go function by JavaScript. Id 0 says that no event can come. */
interface PendingEvent {
  id: number;
  this?: unknown;
  args?: unknown[];
  result?: unknown;
}

/**
 * The host of one Go program: supplies its imports and runs it, once.
 *
 * Everything that a program can change is its own, so any number of programs can run side by side; nothing is put on the
 * global object except by the program itself.
 */
export class GoHost {
  /** The host functions; they go into the module named `gojs` (Go 1.21 and later) or `go` (before) of the import object. */
  readonly imports: WasmImports[string];

  private readonly commandLine: { args: string[]; env: Record<string, string> };
  private readonly memory = new GoMemory();
  private readonly timers = new Timers(() => this.wake());
  private readonly streams: ReturnType<typeof standardStreams>;
  private readonly go: { _pendingEvent: PendingEvent | null; _makeFuncWrapper: (id: number) => unknown };
  /** Whether Go may have been entered since its stack pointer was last asked for. */
  private entered = true;
  /** Whether the program exports functions (go:wasmexport), through which JavaScript enters Go unnoticed. */
  private hasOtherExports = false;
  private exports: GoExports | undefined;
  private state: "new" | "running" | "exited" | "killed" | "failed" = "new";
  private settle: { resolve: (code: number) => void; reject: (error: unknown) => void } | undefined;

  constructor(options: GoHostOptions = {}) {
    this.commandLine = { args: [options.name ?? "js", ...(options.args ?? [])], env: options.env ?? {} };
    this.streams = standardStreams(options);
    const { process = processStub, path = pathStub } = options;
    const fs = programFileSystem(options.fs, this.streams, () => this.state === "running");
    this.go = { _pendingEvent: null, _makeFuncWrapper: (id) => this.wrapFunction(id) };

    const program: GoProgram = {
      memory: this.memory,
      strings: new StringCodec(this.memory),
      values: new ValueTable(this.memory, globalThis, this.go),
      scope: new GlobalScope([options.global ?? {}, { fs, process, path }]),
      stackPointer: (sp) => this.stackPointer(sp),
    };
    this.imports = {
      ...syscallJs(program),
      ...runtime(program, {
        timers: this.timers,
        exit: (code) => this.end("exited", code),
        write: (fd, chunk) => fs.writeSync(fd, chunk),
      }),
    };
  }

  /**
   * Runs the program: enters main at once, and returns to it for events until it exits.
   *
   * @param instance an instance of the module that was made with this host's {@link imports}
   * @returns its exit code
   * @throws GowaspError `invalid-option` if arguments and environment do not fit, `host` if the instance is not of a Go program
   *   or the host has been used before. An exception or trap that passes through Go rejects as it is; the program is then over.
   */
  async run(instance: WasmInstance): Promise<number> {
    if (this.state !== "new") {
      throw new GowaspError(
        "host",
        "GoHost.run: this host has run a program, or was killed; make a new GoHost for each run",
      );
    }
    const exports = goExports(instance);
    this.memory.attach(exports.mem);
    const { args, env } = this.commandLine;
    const argv = writeCommandLine(this.memory, args, env);
    this.exports = exports;
    this.hasOtherExports = Object.keys(instance.exports).length > Object.keys(exports).length;
    this.state = "running";
    return new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
      this.enterFromLoop(() => exports.run(args.length, argv));
    });
  }

  /**
   * Stops the program: Go is not entered again, its timers are cleared, {@link run} resolves with `code`. Calls of its functions
   * by JavaScript do nothing from then on. Called by JavaScript that Go has called, it takes effect when that returns.
   */
  kill(code: number = KILLED): void {
    if (this.state === "running") this.end("killed", code);
    else if (this.state === "new") this.state = "killed";
  }

  /**
   * Tells the program that no event can come any more. If it is still running, all its goroutines are then asleep for good:
   * Go prints "all goroutines are asleep - deadlock!" with their traces and exits with code 2.
   */
  reportDeadlock(): void {
    if (this.state !== "running") return;
    this.go._pendingEvent = { id: 0 };
    this.wake();
  }

  /** Enters Go for a timer, with no event pending. */
  private wake(): void {
    if (this.state === "running") this.enterFromLoop((this.exports as GoExports).resume);
  }

  /** Enters Go where no JavaScript caller could catch an exception: the program ends with it. */
  private enterFromLoop(entry: Entry): void {
    try {
      this.enter(entry);
    } catch (error) {
      this.fail(error);
    }
  }

  private enter(entry: Entry): void {
    try {
      entry();
    } catch (error) {
      if (error !== stop) throw error;
    } finally {
      this.entered = true;
    }
  }

  private wrapFunction(id: number): unknown {
    const call = (self: unknown, args: unknown[]): unknown => this.callFunction({ id, this: self, args });
    return function (this: unknown, ...args: unknown[]) {
      return call(this, args);
    };
  }

  private callFunction(event: PendingEvent): unknown {
    if (this.state === "killed") return undefined;
    if (this.state !== "running") throw new GowaspError("host", "Go program has already exited");
    this.go._pendingEvent = event;
    try {
      this.enter((this.exports as GoExports).resume);
    } catch (error) {
      // A trap leaves nothing to return to; any other exception is the caller's, who may well handle it.
      if (error instanceof WebAssembly.RuntimeError) this.fail(error);
      throw error;
    }
    return event.result;
  }

  private stackPointer(sp: number): number {
    if (this.state !== "running") throw stop;
    this.memory.check();
    if (!this.entered) return sp;
    this.entered = this.hasOtherExports;
    return (this.exports as GoExports).getsp() >>> 0;
  }

  private end(state: "exited" | "killed", code: number): void {
    if (this.state !== "running") return;
    this.state = state;
    this.timers.clearAll();
    this.streams.flush();
    this.settle?.resolve(code);
  }

  private fail(error: unknown): void {
    if (this.state !== "running") return;
    this.state = "failed";
    this.timers.clearAll();
    this.streams.flush();
    this.settle?.reject(error);
  }
}

function goExports(instance: WebAssembly.Instance): GoExports {
  const { mem, run, resume, getsp } = instance.exports;
  if (
    mem instanceof WebAssembly.Memory &&
    typeof run === "function" &&
    typeof resume === "function" &&
    typeof getsp === "function"
  ) {
    return { mem, run, resume, getsp } as GoExports;
  }
  throw new GowaspError(
    "host",
    "GoHost.run: the instance lacks the exports mem, run, resume and getsp; pass an instance of a program built with GOOS=js",
  );
}
