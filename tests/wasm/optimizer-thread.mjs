/** A thread with the WebAssembly program's optimizer, instantiated once: to start it takes longer than to optimize a small module. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import { bindingsOf, instantiate } from "../../npx/wasm/modules.mjs";

const optimizer = await bindingsOf("optimizer");
instantiate(optimizer, "optimizer");

parentPort.on("message", (/** @type {{ wasm: string, options: object }} */ { wasm, options }) => {
  try {
    const optimized = optimizer.optimize(readFileSync(wasm), JSON.stringify(options), () => {});
    const sha256 = createHash("sha256").update(optimized.wasm).digest("hex");
    optimized.free();
    parentPort.postMessage({ sha256 });
  } catch (error) {
    parentPort.postMessage({ error: String(error?.message ?? error) });
  }
});
