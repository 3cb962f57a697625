// What the comparison needs of a Go release, and the places where it runs: this process, or a page.

import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import vm from "node:vm";
import { cacheDir } from "../../scripts/paths.mjs";
import { resultOfPage } from "../harness/browsers.mjs";
import { bundleHost } from "../harness/go_host.mjs";
import { findToolchain, runGo } from "../harness/toolchain.mjs";
import { prepare, runSeeds } from "./compare.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const PAGE_TIMEOUT_MS = 1_800_000;

/**
 * @typedef {object} Prepared
 * @property {string} release
 * @property {string} wasm path of the program
 * @property {string} wasmExec path of Go's host functions
 * @property {string} bundle path of the package's
 */

/**
 * Builds the program and the package's host functions.
 *
 * @param {string} [release] default the machine's own Go
 * @returns {Promise<Prepared>}
 * @throws {Error} when the release cannot be had, or the program does not build
 */
export async function prepareRelease(release) {
  const found = await findToolchain(release);
  if ("missing" in found) throw new Error(found.missing);
  const { toolchain } = found;
  const folder = join(cacheDir, "reference");
  mkdirSync(folder, { recursive: true });
  const wasm = join(folder, `${toolchain.release}.wasm`);
  const problem = await runGo(toolchain, "js", ["build", "-o", wasm, "./program"], here);
  if (problem) throw new Error(problem);
  return { release: toolchain.release, wasm, wasmExec: toolchain.wasmExec, bundle: await bundleHost() };
}

/** Both sides in this process. They replace parts of its global object. */
export async function compareInNode(
  /** @type {Prepared} */ { wasm, wasmExec, bundle },
  /** @type {{ from: number, count: number }} */ seeds,
) {
  const { GoHost } = await import(pathToFileURL(bundle).href);
  // It looks for these when it is loaded; each run has its own.
  Object.assign(globalThis, { fs: {}, path: {} });
  vm.runInThisContext(readFileSync(wasmExec, "utf8"));
  prepareOnce();
  return runSeeds(await WebAssembly.compile(readFileSync(wasm)), GoHost, seeds);
}

let isPrepared = false;

function prepareOnce() {
  if (!isPrepared) prepare();
  isPrepared = true;
}

const PAGE = (/** @type {object} */ seeds) => `<!doctype html>
<script>globalThis.fs = {}; globalThis.path = {}; globalThis.process = {};</script>
<script src="/wasm_exec.js"></script>
<script type="module">
  const tell = (result) => fetch("/result", { method: "POST", body: JSON.stringify(result) });
  try {
    delete globalThis.process;
    const { prepare, runSeeds } = await import("/compare.mjs");
    const { GoHost } = await import("/host.mjs");
    const module = await WebAssembly.compileStreaming(fetch("/program.wasm"));
    prepare();
    await tell(await runSeeds(module, GoHost, ${JSON.stringify(seeds)}));
  } catch (error) {
    await tell({ error: String(error?.stack ?? error) });
  }
</script>`;

/** Both sides in a page. */
export async function compareIn(
  /** @type {any} */ browser,
  /** @type {Prepared} */ { wasm, wasmExec, bundle },
  /** @type {{ from: number, count: number }} */ seeds,
) {
  const script = (/** @type {string} */ path) =>
    /** @type {[string, Buffer]} */ (["text/javascript", readFileSync(path)]);
  const files = {
    "/": /** @type {[string, string]} */ (["text/html", PAGE(seeds)]),
    "/wasm_exec.js": script(wasmExec),
    "/host.mjs": script(bundle),
    "/compare.mjs": script(join(here, "compare.mjs")),
    "/kit.mjs": script(join(here, "kit.mjs")),
    "/program.wasm": /** @type {[string, Buffer]} */ (["application/wasm", readFileSync(wasm)]),
  };
  return resultOfPage(browser, files, { timeoutMs: PAGE_TIMEOUT_MS });
}
