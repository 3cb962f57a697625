// A page that runs a Go program by Go's own host functions, for browsers that look into it.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { goroot } from "../harness/go.mjs";
import { bytes, startServer } from "../harness/pages/server.mjs";

/**
 * Serves it, with `wasm_exec.js` and the program as `app.wasm` beside it.
 *
 * @param {string} html
 * @param {string} wasm path of the program
 */
export async function servePage(html, wasm) {
  const server = await startServer();
  const wasmExec = readFileSync(join(goroot(), "lib/wasm/wasm_exec.js"));
  server.answers.set("/", bytes(html, "text/html"));
  server.answers.set("/wasm_exec.js", bytes(wasmExec, "text/javascript"));
  server.answers.set("/app.wasm", bytes(readFileSync(wasm), "application/wasm"));
  return server;
}

/**
 * HTML of a page with `run()`, which runs the program to its end.
 *
 * @param {string} [before] a script's text that comes first
 */
export const programPage = (before = "") => `<!doctype html><script src="/wasm_exec.js"></script><script>${before}
  const go = new Go();
  const loaded = WebAssembly.instantiateStreaming(fetch("/app.wasm"), go.importObject);
  const run = async () => go.run((await loaded).instance);
</script>`;
