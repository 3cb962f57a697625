import { fittingEnvironment } from "../go/environment.js";
import { GoHost } from "../go/host.js";
import type { HostFunction } from "../go/program.js";
import { noSystem, type System } from "../go/system.js";
import type { WasmImports, WasmInstance } from "../host/web.js";
import { flushConsole, giveGlobals } from "./globals.js";
import { Relay } from "./relay.js";

/**
 * What Go's own `wasm_exec.js` has as `Go`, for programs of Go 1.14 to 1.27 for `GOOS=js`: the same members; and what
 * programs find on the global object is the page's. `load()` of this package does more.
 */
export class Go {
  /** The program's name and its arguments, `os.Args`. */
  argv: string[] = ["js"];
  /** The environment. Of Node's `process.env` itself the largest variables are left out if they do not fit. */
  env: Record<string, string | undefined> = {};
  /** Called with the exit code as soon as the program exits; {@link run} rejects with whatever it throws. */
  exit: (code: number) => void = (code) => {
    if (code !== 0) console.warn("exit code:", code);
  };
  /** Whether the program has exited; undefined before the first has begun. */
  exited: boolean | undefined;
  /** What to instantiate with. Imports for `//go:wasmimport` may be added. */
  readonly importObject: WasmImports;
  /** What the program finds next; `{ id: 0 }` says that no event can come. */
  _pendingEvent: { id: number } | null = null;
  /** The instance that runs. */
  _inst: WasmInstance | undefined;

  readonly #relay: Relay;
  #host: Host;
  #mem: DataView | undefined;

  constructor() {
    giveGlobals();
    this.#host = new Host();
    this.#relay = new Relay(this.#host.imports);
    const { imports } = this.#relay;
    const exit = imports["runtime.wasmExit"] as HostFunction;
    imports["runtime.wasmExit"] = (sp) => this.#exit(sp, exit);
    // By this module's name the host functions were imported up to Go 1.20.
    this.importObject = { _gotest: this.#ownTests(), gojs: imports, go: imports };
  }

  /** The program's memory. */
  get mem(): DataView | undefined {
    const memory = this._inst?.exports.mem as WebAssembly.Memory | undefined;
    // Growing the memory detaches the buffer of the view.
    if (memory && this.#mem?.buffer !== memory.buffer) this.#mem = new DataView(memory.buffer);
    return this.#mem;
  }

  /**
   * Runs an instance, wherever it was instantiated. Several may be run, one after the other.
   *
   * @returns when the program exits
   */
  async run(instance: WasmInstance): Promise<void> {
    if (!(instance instanceof WebAssembly.Instance)) throw new Error("Go.run: WebAssembly.Instance expected");
    if (this.#host.isUsed) this.#host = new Host();
    this.#relay.lead(this.#host.imports);
    this._inst = instance;
    this.exited = false;
    const [name, ...args] = this.argv;
    await this.#host.runWith(instance, { name, args, env: this.env });
  }

  /** Makes the program look at {@link _pendingEvent}: one of id 0 makes it report its deadlock. */
  _resume(): void {
    if (this.exited) throw new Error("Go program has already exited");
    if (this._pendingEvent?.id === 0) this.#host.reportDeadlock();
  }

  #exit(sp: number, exit: HostFunction): void {
    const code = this.mem?.getInt32((sp >>> 0) + 8, true) as number;
    exit(sp);
    this.exited = true;
    this._inst = undefined;
    flushConsole();
    try {
      this.exit(code);
    } catch (error) {
      this.#host.exitProblem = { error };
      throw error;
    }
  }

  /** What Go's own tests of go:wasmimport and go:wasmexport import. */
  #ownTests(): WasmImports[string] {
    return {
      add: (a: number, b: number) => a + b,
      callExport: (a: number, b: number) => {
        const { testExport0, testExport } = (this._inst as WasmInstance).exports as Record<
          string,
          (...args: number[]) => number
        >;
        testExport0?.();
        return testExport?.(a, b);
      },
    };
  }
}

interface CommandLine {
  name: string | undefined;
  args: string[];
  env: Record<string, string | undefined>;
}

/** A program finds all names on the real global object, as {@link giveGlobals} has left it. */
const pageSystem: System = { ...noSystem, objects: () => ({}), environment: fittingEnvironment };

/** The host of one run, as programs know Go's own. */
class Host extends GoHost {
  isUsed = false;
  /** What the caller's `exit` threw. */
  exitProblem: { error: unknown } | undefined;
  readonly #commandLine: Partial<CommandLine>;

  constructor() {
    // Read when the program is run, which is when the caller has set all of it.
    const commandLine: Partial<CommandLine> = {};
    super(commandLine, pageSystem);
    this.#commandLine = commandLine;
  }

  async runWith(instance: WasmInstance, commandLine: CommandLine): Promise<void> {
    this.isUsed = true;
    Object.assign(this.#commandLine, commandLine);
    await this.run(instance);
    if (this.exitProblem) throw this.exitProblem.error;
  }

  /** If a program dies of a panic while JavaScript calls it, the caller is not told. */
  override answer(...event: Parameters<GoHost["answer"]>): unknown {
    try {
      return super.answer(...event);
    } catch (error) {
      if (error === this.failure && this.failure?.code === "panic") return undefined;
      throw error;
    }
  }
}
