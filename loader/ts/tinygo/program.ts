import { GowaspError } from "../errors.js";
import { type Entry, entries } from "../go/entries.js";
import { type FunctionHost, GoFunctions, type PendingEvent } from "../go/functions.js";
import type { GoHostOptions } from "../go/host.js";
import { LastWords } from "../go/last-words.js";
import { GoMemory } from "../go/memory.js";
import { processOutput } from "../go/process-output.js";
import { GlobalScope } from "../go/scope.js";
import { standardStreams } from "../go/stdio.js";
import type { WasmImports } from "../host/web.js";
import { KILLED } from "../killed.js";
import { convention } from "./conventions.js";
import { Refs } from "./refs.js";
import { syscallJs } from "./syscall-js.js";
import { wasi } from "./wasi.js";

/** Hosts keep delays in 32 bits. A scheduler that is woken early sleeps again. */
const LONGEST_DELAY = 2 ** 31 - 1;

// Thrown through the frames of a program that has ended.
const stop = new Error("the program has ended");

/** The host of one TinyGo program: supplies its imports and runs it, once. */
export class TinyGoProgram implements FunctionHost {
  /** Resolves with the exit code; rejects with {@link failure}. */
  readonly exited: Promise<number>;
  /** What the program died of. */
  failure: GowaspError | undefined;

  readonly #memory = new GoMemory();
  readonly #functions = new GoFunctions(this);
  readonly #go: { _pendingEvent: PendingEvent | null; _makeFuncWrapper: (id: number) => unknown };
  readonly #words = new LastWords();
  readonly #streams: ReturnType<typeof standardStreams>;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #exports: Record<string, Entry> = {};
  #state: "running" | "exited" | "killed" | "failed" = "running";
  /** How many frames of the program are on the stack. If it has ended below them, they must not continue. */
  #depth = 0;
  #isStopping = false;
  #settle!: { resolve: (code: number) => void; reject: (error: unknown) => void };
  readonly #options: GoHostOptions;

  constructor(options: GoHostOptions) {
    this.#options = options;
    const { stdout, stderr } = options;
    this.#streams = standardStreams({ stdout, stderr }, { input: () => undefined, output: processOutput });
    this.#go = {
      _pendingEvent: null,
      _makeFuncWrapper: (id) => this.#functions.make(id, () => this.#exports.resume?.()),
    };
    this.exited = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // The failure can also be read from `failure`.
    this.exited.catch(() => {});
  }

  /** The imports of a module of this program. */
  imports(module: WebAssembly.Module, ticks: unknown): WasmImports {
    const { name = "main", args = [], env = {}, global = {} } = this.#options;
    const refs = new Refs(this.#memory, this.#go);
    const host = { memory: this.#memory, refs, check: () => this.#check() };
    const awaits = (callback: unknown) => this.#functions.awaits(callback);
    const functions = syscallJs({ ...host, scope: new GlobalScope([global]), awaits });
    const exit = (code: number): never => {
      this.#end("exited", code);
      throw stop;
    };
    const own = {
      ...Object.fromEntries(
        Object.entries(functions).map(([name, one]) => [`syscall/js.${name}`, convention(one, host)]),
      ),
      // A ref, or its address, whose low word is the number.
      "syscall/js.finalizeRef": (ref: bigint | number) =>
        refs.release(typeof ref === "bigint" ? Number(BigInt.asUintN(32, ref)) : this.#memory.getUint32(ref >>> 0)),
      "runtime.ticks": ticks,
      // Milliseconds, or nanoseconds as an integer.
      "runtime.sleepTicks": (time: bigint | number) => this.#wake(typeof time === "bigint" ? Number(time) / 1e6 : time),
    };
    const context = { memory: this.#memory, sinks: this.#sinks(), args: [name, ...args], env, exit };
    // The second name is that of the time of Go 1.20.
    return { gojs: own, env: own, wasi_snapshot_preview1: wasi(context, module) };
  }

  /**
   * Enters the program: a command until it waits for the first time or ends, a library until it is initialized.
   *
   * @returns what it exports; functions throw {@link failure} when the program dies in them
   */
  run({ exports }: WebAssembly.Instance): Record<string, unknown> {
    this.#memory.attach(exports.memory as WebAssembly.Memory);
    this.#exports = exports as Record<string, Entry>;
    const entry = this.#exports._start ?? this.#exports._initialize;
    if (entry) this.#enterFromLoop(entry);
    return entries(exports, (entry, args) => this.#enter(entry, args));
  }

  /** Ends the program: nothing of it runs any more. */
  kill(): void {
    this.#end("killed", KILLED);
  }

  /** @internal */
  pend(event: PendingEvent): boolean {
    if (this.#state !== "running") {
      event.id = 0;
      return false;
    }
    this.#go._pendingEvent = event;
    this.#memory.check();
    this.#depth++;
    return true;
  }

  /** @internal */
  left(error?: unknown): boolean {
    this.#depth--;
    if (this.#depth === 0) this.#isStopping = false;
    if (error instanceof WebAssembly.RuntimeError) this.#fail(error);
    return error !== stop;
  }

  /** @internal */
  answer(event: PendingEvent, isAnswer: boolean): unknown {
    if (isAnswer || this.#state === "killed") return event.result;
    if (event.id === 0) throw this.#over();
    if (this.failure) throw this.failure;
    return event.result;
  }

  /**
   * Enters the program for a caller, to whom exceptions belong. Exports of a program can be called when its `main` has
   * ended: many are libraries with an empty one.
   */
  #enter(entry: Entry, args: unknown[]): unknown {
    if (this.#state === "killed" || this.#state === "failed") throw this.#over();
    this.#depth++;
    let answer: unknown;
    try {
      answer = entry(...args);
    } catch (error) {
      if (this.left(error)) throw this.failure ?? error;
      throw this.#over();
    }
    this.left();
    return answer;
  }

  #over(): GowaspError {
    return this.failure ?? new GowaspError("exited", "Go program has already exited");
  }

  #enterFromLoop(entry: Entry): void {
    if (this.#state !== "running") return;
    this.#depth++;
    try {
      entry();
      this.left();
    } catch (error) {
      if (this.left(error)) this.#fail(error);
    }
  }

  /** Lets the scheduler continue after this many milliseconds. */
  #wake(delay: number): void {
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        this.#enterFromLoop(() => this.#exports.go_scheduler?.());
      },
      Math.min(delay, LONGEST_DELAY),
    );
    this.#timers.add(timer);
  }

  /** Both streams are listened to: TinyGo prints panics to standard output. */
  #sinks(): (((chunk: Uint8Array) => void) | undefined)[] {
    return this.#streams.sinks.map(
      (sink) =>
        sink &&
        ((chunk) => {
          this.#words.hear(chunk);
          sink(chunk);
        }),
    );
  }

  #check(): void {
    if (this.#isStopping) throw stop;
  }

  #end(state: "exited" | "killed", code: number): void {
    if (this.#release(state)) this.#settle.resolve(code);
  }

  #fail(cause: unknown): void {
    if (!this.#release("failed")) return;
    // It prints what it dies of, and then runs into a trap.
    const told = cause instanceof WebAssembly.RuntimeError ? this.#words.error(2) : undefined;
    const text = `an exception passed through the program and ended it: ${cause}`;
    this.failure = told ?? new GowaspError("exception", text, { cause });
    this.#settle.reject(this.failure);
  }

  /** @returns whether it was running, so that its end is news */
  #release(state: "exited" | "killed" | "failed"): boolean {
    const wasRunning = this.#state === "running";
    // A call after its end may still kill it.
    if (wasRunning || state === "failed") this.#state = state;
    this.#isStopping = this.#depth > 0;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#streams.flush();
    return wasRunning || state === "failed";
  }
}
