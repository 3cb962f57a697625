import type { WasmImports } from "../host/web.js";

/** What `goHandler()` takes besides the module. Everything is optional. */
export interface GoHandlerOptions {
  /**
   * Whether each request has an instance of its own (`"request"`, the default), or all share one (`"shared"`), which
   * answers them at the same time, as a server would. The second needs a program that serves by the Go package
   * `workers`.
   */
  instances?: "request" | "shared";
  /** In how many milliseconds a handler must begin to answer; after that, the answer is an error. Default 30,000. */
  timeout?: number;
  /** Arguments, `os.Args[1:]`. */
  args?: string[];
  /** The environment. Default: the bindings that are texts, as far as there is room for them. */
  env?: Record<string, string | undefined>;
  /** Names that Go finds on `js.Global()` before those of the real global object. */
  global?: object;
  /** Imports for `//go:wasmimport`. */
  imports?: WasmImports;
  /**
   * What programs written for github.com/syumai/workers find besides `env` and `ctx`, such as `connect` for sockets.
   */
  context?: object;
}
