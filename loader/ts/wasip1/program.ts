import { GowaspError } from "../errors.js";
import { type Entry, entries } from "../go/entries.js";
import { LastWords } from "../go/last-words.js";
import type { WasmImports, WasmInstance } from "../host/web.js";
import { KILLED } from "../killed.js";
import { Descriptors, directory } from "./descriptors.js";
import { errnoOf, errnoOfFailure } from "./errno.js";
import { type Context, fdFunctions, type WasiFunction } from "./fd-functions.js";
import { WasiMemory } from "./memory.js";
import type { Wasip1Options } from "./options.js";
import { pathFunctions } from "./path-functions.js";
import { type Place, placeIn } from "./paths.js";
import { processFunctions } from "./process-functions.js";
import { standardDescriptors } from "./standard.js";
import type { SyncFiles } from "./sync-files.js";

/** One WASI program: supplies its imports, and enters it. */
export class Wasip1Program {
  /** The functions of `wasi_snapshot_preview1`. */
  readonly imports: WasmImports[string];
  /** Resolves with the exit code; rejects with {@link failure} after an exception or a trap. */
  readonly exited: Promise<number>;
  /** What the program died of: a panic or fatal error of Go's, or an exception or trap. */
  failure: GowaspError | undefined;

  readonly #memory = new WasiMemory();
  readonly #words = new LastWords();
  readonly #flush: () => void;
  #settle!: { resolve: (code: number) => void; reject: (error: unknown) => void };
  #over: GowaspError | undefined;

  constructor(options: Wasip1Options = {}) {
    const { fs, name = "main", args = [], env = {} } = options;
    const descriptors = new Descriptors();
    const { streams, flush } = standardDescriptors(options, (bytes) => this.#words.hear(bytes));
    this.#flush = flush;
    for (const one of streams) descriptors.add(one);
    for (const [guest, place] of preopened(options)) descriptors.add(directory(fs as SyncFiles, place, guest));
    const context: Context = { memory: this.#memory, descriptors, fs: fs as SyncFiles };
    const functions = {
      ...processFunctions(context, [name, ...args], env),
      ...fdFunctions(context),
      ...pathFunctions(context),
    };
    this.imports = {
      ...Object.fromEntries(Object.entries(functions).map(([name, work]) => [name, this.#answering(work)])),
      proc_exit: (code: number) => {
        throw this.#end(code, this.#words.error(code));
      },
    };
    this.exited = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // The failure can also be read from `failure`.
    this.exited.catch(() => {});
  }

  /**
   * Gives the program its instance, and runs it: a command to its end, a reactor (`_initialize`) until its functions
   * can be called.
   *
   * @returns what it exports; functions throw {@link failure} when the program dies in them, and `exited` after it has
   *   ended
   */
  run({ exports }: WasmInstance): Record<string, unknown> {
    this.#memory.own = exports.memory as WebAssembly.Memory;
    const { _start, _initialize } = exports;
    try {
      this.#enter((_start ?? _initialize ?? (() => {})) as Entry, []);
      if (_start) this.#end(0);
    } catch {
      // `exited` reports it.
    }
    return entries(exports, this.#enter);
  }

  /** Ends the program: its functions throw from now on. */
  kill(code = KILLED): void {
    this.#end(code);
  }

  readonly #enter = (entry: Entry, args: unknown[]): unknown => {
    if (this.#over) throw this.#over;
    try {
      return entry(...args);
    } catch (cause) {
      // What proc_exit threw, or a trap on the way out.
      if (this.#over) throw this.#over;
      // A reactor of Go's does not exit after a panic: libraries crash (runtime/runtime1.go, parsedebugvars).
      const panic = cause instanceof WebAssembly.RuntimeError ? this.#words.error(2) : undefined;
      if (panic) throw this.#end(2, panic);
      // Whatever it is, Go's stack was not unwound for it.
      const text = `an exception ended the program: ${cause}`;
      throw this.#end(undefined, new GowaspError("exception", text, { cause }));
    }
  };

  /** @returns the error for whoever enters the program from now on */
  #end(code: number | undefined, failure?: GowaspError): GowaspError {
    if (this.#over) return this.#over;
    this.failure = failure;
    this.#over = failure ?? new GowaspError("exited", `the program has ended with code ${code}`);
    this.#flush();
    if (code === undefined) this.#settle.reject(failure);
    else this.#settle.resolve(code);
    return this.#over;
  }

  /**
   * A function that returns an errno, whatever happens. It is plain JavaScript, because V8 of Node 20 does not optimize
   * calls of native functions there.
   */
  #answering(work: WasiFunction): (...args: never[]) => number {
    return (...args) => {
      let errno = 0;
      try {
        work(...args);
      } catch (error) {
        errno = errnoOfFailure(error);
      }
      // Killed meanwhile, by the receiver of its output.
      if (this.#over) throw this.#over;
      return errno;
    };
  }
}

/**
 * WASI preview 1 for one program.
 *
 * @example
 * const program = wasip1({ args: ["-v"], fs: memoryFiles({ "/in.txt": "text" }) });
 * program.run(await WebAssembly.instantiate(module, { wasi_snapshot_preview1: program.imports }));
 * const code = await program.exited;
 * @throws {GowaspError} `invalid-option`
 */
export function wasip1(options: Wasip1Options = {}): Wasip1Program {
  return new Wasip1Program(options);
}

/** Functions that preview 1 does not have, and that a module imports all the same. */
export function unknownFunctions(module: WebAssembly.Module): WasmImports[string] {
  return Object.fromEntries(WebAssembly.Module.imports(module).map(({ name }) => [name, () => errnoOf("ENOSYS")]));
}

function preopened({ fs, preopens = fs ? { "/": "/" } : {} }: Wasip1Options): [string, Place][] {
  return Object.entries(preopens).map(([guest, host]) => {
    try {
      if (!fs) throw new Error("fs is missing");
      // It may be a link itself, and so may be what leads there: that is the embedder's business.
      const real = fs.realpathSync(host || ".");
      fs.readdirSync(real, { withFileTypes: true });
      return [guest, placeIn(guest.replace(/\/+$/, ""), real.replace(/[/\\]+$/, ""))];
    } catch (cause) {
      throw new GowaspError("invalid-option", `the option preopens: ${host}: ${(cause as Error).message}`, { cause });
    }
  });
}
