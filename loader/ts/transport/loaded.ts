import type { Via } from "../options.js";
import type { Abi } from "./manifest.js";
import type { ManifestFile } from "./store.js";

/** A compiled module and what is known about it. */
export interface Loaded {
  module: WebAssembly.Module;
  via: Via;
  /** From the manifest; otherwise the module's imports tell. */
  abi?: Abi;
  /** The manifest, if there is one. */
  file?: ManifestFile;
  /** The program's name, Go's `os.Args[0]`. */
  name?: string;
}
