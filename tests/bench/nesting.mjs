/**
 * How deep Go and JavaScript can call each other, under the package's host functions and under Go's wasm_exec.js, in Node and in a worker of
 * Chromium's.
 *
 *     node tests/bench/nesting.mjs
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import vm from "node:vm";
import { BROWSERS, resultOfPage } from "../harness/browsers.mjs";
import { command } from "../harness/command.mjs";
import { bundleHost } from "../harness/go_host.mjs";
import { findToolchain, runGo } from "../harness/toolchain.mjs";
import { deepest } from "./nesting/deepest.mjs";

const HERE = fileURLToPath(new URL("nesting", import.meta.url));
const PAGE_TIMEOUT_MS = 600_000;
// The runtime prints what it dies of when the stack ends.
const SILENT = "({ constants: {}, writeSync: (_, bytes) => bytes.length })";
const FLAGS = "O_WRONLY O_RDWR O_CREAT O_TRUNC O_APPEND O_EXCL".split(" ");
const SETUP = `globalThis.fs = ${SILENT}; for (const name of ${JSON.stringify(FLAGS)}) fs.constants[name] = 0; globalThis.path = {};
  console.error = console.log = console.warn = () => {};`;

await command(main);

async function main() {
  const found = await findToolchain(undefined);
  if ("missing" in found) throw new Error(found.missing);
  const { toolchain } = found;
  const wasm = join(HERE, "nesting.wasm");
  const problem = await runGo(toolchain, "js", ["build", "-o", wasm, "."], HERE);
  if (problem) throw new Error(problem);
  const files = {
    wasm: readFileSync(wasm),
    wasmExec: readFileSync(toolchain.wasmExec, "utf8"),
    host: await bundleHost(),
  };
  const print = console.log;
  report(print, `Node ${process.versions.node}`, await inNode(files));
  if (BROWSERS.chromium.missing()) print(BROWSERS.chromium.missing());
  else report(print, "Chromium, worker", await inChromium(files));
  process.exit(0);
}

function report(print, where, levels) {
  print(`${where.padEnd(16)} wasm_exec.js  gowasp   ratio`);
  for (const [kind, { gowasp, "wasm_exec.js": reference }] of Object.entries(levels)) {
    const cells = [
      String(reference).padStart(12),
      String(gowasp).padStart(7),
      (gowasp / reference).toFixed(3).padStart(7),
    ];
    print(`  ${kind.padEnd(14)}`, ...cells);
  }
}

async function inNode({ wasm, wasmExec, host }) {
  vm.runInThisContext(SETUP);
  vm.runInThisContext(wasmExec);
  return deepest(await WebAssembly.compile(wasm), await silentHost(pathToFileURL(host).href));
}

async function silentHost(url) {
  const { GoHost } = await import(url);
  return class extends GoHost {
    constructor() {
      super({ stdout() {}, stderr() {} });
    }
  };
}

async function inChromium({ wasm, wasmExec, host }) {
  // In a worker: what ends the stack of a page's thread takes Chromium minutes.
  const page = `<!doctype html><script>
    new Worker("/worker.js").onmessage = ({ data }) => fetch("/result", { method: "POST", body: JSON.stringify(data) });
  </script>`;
  const worker = `${SETUP}
    importScripts("/wasm_exec.js");
    ${silentHost}
    async function measure() {
      const { deepest } = await import("/deepest.mjs");
      const module = await WebAssembly.compileStreaming(fetch("/program.wasm"));
      return deepest(module, await silentHost("/host.mjs"));
    }
    measure().then(postMessage, (error) => postMessage({ error: String(error) }));`;
  const files = {
    "/": ["text/html", page],
    "/worker.js": ["text/javascript", worker],
    "/wasm_exec.js": ["text/javascript", wasmExec],
    "/host.mjs": ["text/javascript", readFileSync(host)],
    "/deepest.mjs": ["text/javascript", readFileSync(join(HERE, "deepest.mjs"))],
    "/program.wasm": ["application/wasm", wasm],
  };
  return resultOfPage("chromium", files, { timeoutMs: PAGE_TIMEOUT_MS });
}
