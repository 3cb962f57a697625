/**
 * Where it happened, in one stable word.
 *
 * - `read`: the bytes are no WebAssembly module, or a damaged one
 * - `go-model`, `pass`, `write`, `validate`, `check`: a stage of optimizing; with the option `strict`, also what is a warning without
 * - `host`: what is asked for a host that lacks something cannot be done
 * - `compress`, `artifact`: packing
 * - `load`: the optimizer's own WebAssembly, or its worker, could not be loaded
 * - `memory`: there is not enough memory for a module of this size
 * - `fault`: the optimizer itself has failed
 */
export type OptimizerStage =
  | "read"
  | "go-model"
  | "pass"
  | "write"
  | "validate"
  | "check"
  | "host"
  | "compress"
  | "artifact"
  | "load"
  | "memory"
  | "fault";

/** Every failure of the optimizer: the message says what and where, `hint` what to do about it. */
export class OptimizerError extends Error {
  override readonly name: string = "OptimizerError";
  readonly stage: OptimizerStage;
  /** Where in the input, in bytes. */
  readonly offset: number | undefined;
  readonly hint: string | undefined;

  constructor(
    stage: OptimizerStage,
    message: string,
    { offset, hint, ...options }: ErrorOptions & { offset?: number; hint?: string } = {},
  ) {
    super(message, options);
    this.stage = stage;
    this.offset = offset;
    this.hint = hint;
  }
}

/** What the Rust side throws (`thrown` in optimizer/web/src/api.rs) as an error of this class; anything else as it is. */
export function typed(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || !("stage" in thrown)) return thrown;
  const { message, stage, offset, hint } = thrown as OptimizerError;
  return new OptimizerError(stage, message, { offset, hint });
}

/**
 * A trap. The library is built to stop at a panic, which says why on the console before, and where memory cannot be had,
 * which says nothing.
 */
export function trapped(cause: Error, panic: string | undefined): OptimizerError {
  if (panic !== undefined || !(cause instanceof WebAssembly.RuntimeError)) {
    const hint = "report it, if you can with the module";
    return new OptimizerError("fault", `this is a fault in gowasp: ${panic ?? cause.message}`, { cause, hint });
  }
  const message = "the module is too large: the optimizer ran out of memory, of which WebAssembly has at most 4 GiB";
  const hint =
    "use the native program, which has all of the machine's: cargo install gowasp, then gowasp pack FILE -o DIR";
  return new OptimizerError("memory", message, { cause, hint });
}
