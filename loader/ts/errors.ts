/**
 * What went wrong, in one stable word a program can switch on. Messages may change between releases, codes may not.
 *
 * - `invalid-option`: an option or the source given to `load()` has a wrong type or value
 * - `manifest-invalid`, `manifest-version`: the manifest is malformed, or of a format this loader does not know
 * - `network`: no answer arrived (offline, DNS, refused, CORS); `http-status`: the answer was not a success
 * - `truncated`: the body ended, or its connection broke, before all bytes had arrived
 * - `not-wasm`: the bytes are something else, usually an HTML page
 * - `too-large`: more bytes than the manifest promises; reading stopped there
 * - `decode`: the compressed file is damaged
 * - `integrity`: size and form are right but the SHA-256 is not the manifest's
 * - `csp`: a Content-Security-Policy forbids compiling WebAssembly
 * - `compile`, `instantiate`: the engine refused the module or its imports
 * - `unsupported-abi`: the module wants host functions that neither the loader nor the caller supplies
 * - `aborted`: the caller's signal fired
 * - `unavailable`: this host lacks something that the chosen path needs
 * - `host`: the Go program asked its host for something impossible
 * - `panic`: Go printed a panic or a fatal error and exited; `exception`: a JavaScript exception or a trap ended the
 *   program
 * - `no-function`: `app.call()` names a function that the program does not offer
 * - `exited`: the program ended before it was ready, or before it answered a call
 */
export type GowaspErrorCode =
  | "invalid-option"
  | "manifest-invalid"
  | "manifest-version"
  | "network"
  | "http-status"
  | "truncated"
  | "not-wasm"
  | "too-large"
  | "decode"
  | "integrity"
  | "csp"
  | "compile"
  | "instantiate"
  | "unsupported-abi"
  | "aborted"
  | "unavailable"
  | "host"
  | "panic"
  | "exception"
  | "no-function"
  | "exited";

/** Marks the errors of every copy of the class: each file of the package that is loaded late has its own copy. */
const BRAND = Symbol.for("gowasp.error");

/** What a failure has besides code and message. */
export interface FailureOptions extends ErrorOptions {
  /** The status of an answer that was not a success. */
  status?: number;
}

/** Every failure of the loader: `code` says what, the message says where and what to do, `cause` keeps the origin. */
export class GowaspError extends Error {
  // Not the name that minifying gives it.
  static override readonly name = "GowaspError";

  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: a class that extends this one inherits the method
    if (this !== GowaspError) return super[Symbol.hasInstance](value);
    return typeof value === "object" && value !== null && BRAND in value;
  }

  override readonly name: string = "GowaspError";
  /** One of the stable codes. */
  readonly code: GowaspErrorCode;
  /** The status of the answer, where the code is `http-status`. */
  declare readonly status?: number;

  constructor(code: GowaspErrorCode, message: string, options?: FailureOptions) {
    super(message, options);
    this.code = code;
    if (options?.status) this.status = options.status;
    Object.defineProperty(this, BRAND, { value: true });
  }
}
