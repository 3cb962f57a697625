// One measurement of arrival.mjs: milliseconds from the first fetch to the first line that Go's main prints.

import { load } from "/index.js";

/** Measures what the address names, and tells the page around. */
export async function start(variants) {
  const name = decodeURIComponent(location.search.slice(1));
  try {
    const { url = "/app.json", options, progress } = variants[name];
    const ms = await (options ? byLoad(url, options, progress) : plain());
    parent.postMessage({ ms }, "*");
  } catch (error) {
    parent.postMessage({ error: String(error?.stack ?? error) }, "*");
  }
}

/** The engine's streaming compiler and Go's own wasm_exec.js, which is there already. */
async function plain() {
  const go = new globalThis.Go();
  go.argv = ["esbuild", "--version"];
  const begin = performance.now();
  const first = new Promise((resolve) => {
    globalThis.fs.writeSync = (_fd, bytes) => {
      resolve(performance.now() - begin);
      return bytes.length;
    };
  });
  const { instance } = await WebAssembly.instantiateStreaming(fetch("/app.wasm"), go.importObject);
  go.run(instance);
  return first;
}

async function byLoad(url, options, progress) {
  const onProgress = progress ? () => {} : undefined;
  const begin = performance.now();
  let first = 0;
  const stdout = () => {
    first ||= performance.now() - begin;
  };
  const app = await load(url, { args: ["--version"], stdout, onProgress, ...options });
  await app.exited;
  return first;
}
