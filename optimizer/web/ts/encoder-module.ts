// The encoder's WebAssembly, loaded on the thread that asks for it.

import * as encoder from "./encoder.js";
import { besideThisFile } from "./host.js";

/** Loads it; does nothing once that is done. */
export async function loadEncoder(): Promise<typeof encoder> {
  // Bundlers look for exactly this.
  const url = new URL("./encoder_bg.wasm", import.meta.url);
  await encoder.default({ module_or_path: await besideThisFile(url) });
  return encoder;
}
