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
 * - `panic`: Go printed a panic or a fatal error and exited; `exception`: a JavaScript exception or a trap ended the program
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
  | "exception";

/** Every failure of the loader: `code` says what, the message says where and what to do, `cause` keeps the origin. */
export class GowaspError extends Error {
  static {
    // Consoles print the class's name, which is a letter in what is published.
    Object.defineProperty(GowaspError, "name", { value: "GowaspError" });
  }

  override readonly name: string = "GowaspError";
  /** One of the stable codes. */
  readonly code: GowaspErrorCode;

  constructor(code: GowaspErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
