import { GowaspError } from "../errors.js";
import type { WasmImports, WasmInstance } from "../host/web.js";
import { KILLED } from "../killed.js";
import { writeCommandLine } from "./command-line.js";
import type { GoFileSystem } from "./file-system.js";
import { type FunctionHost, GoFunctions, type PendingEvent } from "./functions.js";
import { HOST_EXPORTS } from "./host-exports.js";
import { deadlockAdvice, LastWords } from "./last-words.js";
import { GoMemory } from "./memory.js";
import { GoProgram, Turn } from "./program.js";
import { runtime } from "./runtime.js";
import { GlobalScope } from "./scope.js";
import type { StdinSource } from "./stdin.js";
import { standardStreams } from "./stdio.js";
import { StringCodec } from "./strings.js";
import { syscallJs } from "./syscall-js.js";
import { noSystem, type ProgramTimers, type System } from "./system.js";
import { Timers } from "./timers.js";
import { ValueTable } from "./values.js";

export type { GoFileSystem } from "./file-system.js";

/** What a Go program gets from its embedder; everything is optional. */
export interface GoHostOptions {
  /** Arguments, `os.Args[1:]`. With `env` and pointers they must fit into 8 KiB. */
  args?: string[];
  /** The program's own name, `os.Args[0]`; "js" by default. */
  name?: string;
  /**
   * The environment; empty by default. Of Node's `process.env` itself, the largest variables are left out if they do
   * not fit.
   */
  env?: Record<string, string | undefined>;
  /** Standard input. Without it and without `fs` it is empty. */
  stdin?: StdinSource;
  /**
   * Takes standard output. Default: descriptor 1 of `fs` if that has `writeSync`; otherwise the process's standard
   * output in Node, the console line by line in a page.
   */
  stdout?: (chunk: Uint8Array) => void;
  /** Takes standard error; the default is like that of `stdout`. */
  stderr?: (chunk: Uint8Array) => void;
  /** Files. Without them every operation on one reports ENOSYS. */
  fs?: GoFileSystem;
  /**
   * What Go's package os asks for ids and the working directory, shaped like Node's `process`. Default: no ids, no
   * directory.
   */
  process?: object;
  /** What Go's package syscall resolves paths with, shaped like `node:path`; the default joins segments. */
  path?: { resolve(...segments: string[]): string };
  /**
   * Names that Go finds on `js.Global()` before those of the real global object. What Go sets under one of these names
   * goes into this object as well, so `{ api: undefined }` is a way to receive what a program offers as `api`.
   */
  global?: object;
}

// Thrown through the Go frames of a program that has ended while they were waiting for a JavaScript call to return.
const stop = new Error("the Go program has ended");

type Entry = () => void;

/** Told how a program ends: with its exit code, or with what it died of. */
interface Settle {
  readonly resolve: (code: number) => void;
  readonly reject: (error: unknown) => void;
}

/** The exports of every Go program built for GOOS=js, and what has them. */
interface GoExports {
  readonly mem: WebAssembly.Memory;
  readonly run: (argc: number, argv: number) => void;
  readonly resume: Entry;
  readonly getsp: () => number;
}

/**
 * The host of one Go program: supplies its imports and runs it, once.
 *
 * Everything that a program can change is its own, so any number of programs can run side by side; nothing but the
 * program itself touches the global object.
 */
export class GoHost implements FunctionHost {
  /**
   * The host functions; they go into the module named `gojs` (Go 1.21 and later) or `go` (before) of the import object.
   */
  readonly imports: WasmImports[string];

  /** What the program died of: a panic or fatal error of Go's, or an exception or trap that nobody caught. */
  failure: GowaspError | undefined;

  readonly #memory = new GoMemory();
  readonly #timers: ProgramTimers;
  readonly #streams: ReturnType<typeof standardStreams>;
  readonly #lastWords = new LastWords(deadlockAdvice);
  readonly #functions: GoFunctions;
  readonly #program: GoProgram;
  readonly #go: { _pendingEvent: PendingEvent | null; _makeFuncWrapper: (id: number) => unknown };
  #exports: GoExports | undefined;
  #state: "new" | "running" | "exited" | "killed" | "failed" = "new";
  #settle: Settle | undefined;
  readonly #options: GoHostOptions;
  readonly #system: System;

  constructor(options: GoHostOptions = {}, system: System = noSystem) {
    this.#options = options;
    this.#system = system;
    this.#streams = standardStreams(options, system);
    const wake = () => this.#wake();
    this.#timers = system.timers?.(wake) ?? new Timers(wake);
    this.#functions = new GoFunctions(this);
    const awaits = (callback: unknown) => this.#functions.awaits(callback);
    this.#go = {
      _pendingEvent: null,
      _makeFuncWrapper: (id) => this.#functions.make(id, (this.#exports as GoExports).resume),
    };
    this.#program = new GoProgram(
      this.#memory,
      new StringCodec(this.#memory),
      new ValueTable(this.#memory, globalThis, this.#go),
      new GlobalScope([options.global ?? {}, system.objects(options, this.#streams, awaits)]),
      awaits,
      () => this.#returned(),
    );
    this.imports = {
      ...syscallJs(this.#program),
      ...runtime(this.#program, {
        timers: this.#timers,
        exit: (code) => this.#end("exited", code),
        write: (fd, chunk) => this.#print(fd, chunk),
      }),
    };
  }

  /** Whether the program has made functions that JavaScript may call at any time: then it does not wait in vain. */
  get offersFunctions(): boolean {
    return this.#program.leaving === Turn.Entered || this.#functions.areOffered;
  }

  /**
   * Runs the program: enters main at once, and returns to it for events until it exits.
   *
   * @param instance an instance of the module that was made with this host's {@link imports}
   * @returns its exit code
   * @throws GowaspError `invalid-option` if arguments and environment do not fit, `host` if the instance is not of a Go
   *   program or the host has been used before. An exception or trap that passes through Go rejects as it is; the
   *   program is then over.
   */
  run(instance: WasmInstance): Promise<number> {
    return new Promise((resolve, reject) => this.start(instance, { resolve, reject }));
  }

  /**
   * Does what {@link run} does, for callers that cannot use a promise.
   *
   * @throws what `run` rejects with before it has entered Go
   */
  start(instance: WasmInstance, settle: Settle): void {
    if (this.#state !== "new") {
      throw new GowaspError("host", "this host has run a program, or was killed; make a new one for each run");
    }
    const exports = goExports(instance);
    this.#memory.attach(exports.mem);
    const { name = "js", env = {} } = this.#options;
    const args = [name, ...(this.#options.args ?? [])];
    const argv = writeCommandLine(this.#memory, args, this.#system.environment(args, env));
    this.#exports = exports;
    const functions = Object.values(instance.exports).filter((value) => typeof value === "function");
    if (functions.length > HOST_EXPORTS.length) this.#program.leaving = Turn.Entered;
    this.#state = "running";
    this.#settle = settle;
    this.#enterFromLoop(() => exports.run(args.length, argv));
  }

  /**
   * Stops the program: Go is not entered again, its timers are cleared, {@link run} resolves with `code`. Calls of its
   * functions by JavaScript do nothing from then on. If JavaScript that Go has called calls this, it takes effect when
   * that returns.
   */
  kill(code: number = KILLED): void {
    if (this.#state === "running") this.#end("killed", code);
    else if (this.#state === "new") this.#state = "killed";
  }

  /**
   * Tells the program that no event will come any more. If it is still running, all its goroutines are then asleep
   * forever: Go prints "all goroutines are asleep - deadlock!" with their traces and exits with code 2.
   */
  reportDeadlock(): void {
    if (this.#state !== "running") return;
    this.#go._pendingEvent = { id: 0 };
    this.#wake();
  }

  /** @internal */
  pend(event: PendingEvent): boolean {
    if (this.#state !== "running") {
      event.id = 0;
      return false;
    }
    this.#go._pendingEvent = event;
    this.#program.turn = Turn.Go;
    this.#memory.check();
    return true;
  }

  /** @internal */
  left(error?: unknown): boolean {
    const program = this.#program;
    // A trap leaves nothing to return to; any other exception belongs to the caller, who may handle it.
    if (error instanceof WebAssembly.RuntimeError && program.turn === Turn.Go) this.#fail(error);
    if (program.turn !== Turn.Over) program.turn = Turn.Entered;
    return error !== stop;
  }

  /** @internal */
  answer(event: PendingEvent, isAnswer: boolean): unknown {
    if (isAnswer || this.#state === "killed") return event.result;
    if (event.id === 0) throw new GowaspError("host", "Go program has already exited", { cause: this.failure });
    if (this.failure !== undefined) throw this.failure;
    return event.result;
  }

  /** Enters Go for a timer, with no event pending. */
  #wake(): void {
    if (this.#state === "running") this.#enterFromLoop((this.#exports as GoExports).resume);
  }

  /** Enters Go where no JavaScript caller could catch an exception: the program ends with it. */
  #enterFromLoop(entry: Entry): void {
    this.#program.turn = Turn.Go;
    this.#memory.check();
    try {
      entry();
      this.left();
    } catch (error) {
      if (this.left(error)) this.#fail(error);
    }
  }

  #returned(): number {
    if (this.#state !== "running") throw stop;
    this.#program.turn = Turn.Go;
    return (this.#exports as GoExports).getsp() >>> 0;
  }

  /** Writes for the runtime, which cannot be told about a failure. */
  #print(fd: number, chunk: Uint8Array): void {
    if (fd === 2) this.#lastWords.hear(chunk);
    try {
      const { fs } = this.#program.scope.owner("fs") as { fs: { writeSync: (fd: number, chunk: Uint8Array) => void } };
      fs.writeSync(fd, chunk);
    } catch {
      // There is nowhere left to report it.
    }
  }

  #end(state: "exited" | "killed", code: number): void {
    if (this.#state !== "running") return;
    this.#state = state;
    if (state === "exited") this.failure = this.#lastWords.error(code);
    this.#release();
    this.#settle?.resolve(code);
  }

  #fail(error: unknown): void {
    if (this.#state !== "running") return;
    this.#state = "failed";
    this.failure = new GowaspError("exception", `an exception passed through the Go program and ended it: ${error}`, {
      cause: error,
    });
    this.#release();
    this.#settle?.reject(error);
  }

  #release(): void {
    this.#program.turn = this.#program.leaving = Turn.Over;
    this.#timers.clearAll();
    this.#streams.flush();
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
  throw new GowaspError("host", "the instance lacks the exports mem, run, resume and getsp of a program for GOOS=js");
}
