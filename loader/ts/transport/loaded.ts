import type { Via } from "../options.js";
import type { Abi } from "./manifest.js";

/** A compiled module and what is known about it. */
export interface Loaded {
  module: WebAssembly.Module;
  via: Via;
  /** From the manifest; otherwise the module's imports tell. */
  abi?: Abi;
  /** The program's name, Go's `os.Args[0]`. */
  name?: string;
}
