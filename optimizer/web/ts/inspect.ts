import { moduleBytes, withOptimizer } from "./module.js";
import type { Inspection } from "./report.js";

/**
 * Tells what a module is and where its bytes are: what `gowasp inspect --json` prints.
 *
 * @throws {OptimizerError} `read` when it is no module
 */
export async function inspect(bytes: Uint8Array | ArrayBuffer): Promise<Inspection> {
  const wasm = moduleBytes(bytes);
  return withOptimizer((optimizer) => JSON.parse(optimizer.inspect(wasm)));
}
