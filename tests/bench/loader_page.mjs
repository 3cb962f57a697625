// What the page of loader.mjs measures: milliseconds from the first fetch to the first output of a Go program.

import { load } from "/dist/index.js";

/** The plain way: the engine's streaming compiler and Go's own wasm_exec.js, which is loaded beforehand. */
export async function plain(/** @type {string} */ url) {
  const go = new globalThis.Go();
  go.argv = ["esbuild", "--version"];
  const start = performance.now();
  const first = new Promise((resolve) => {
    globalThis.fs.writeSync = (/** @type {number} */ _fd, /** @type {Uint8Array} */ bytes) => {
      resolve(performance.now() - start);
      return bytes.length;
    };
  });
  const { instance } = await WebAssembly.instantiateStreaming(fetch(url), go.importObject);
  go.run(instance);
  return { ms: await first, via: "plain" };
}

/** This package. */
export async function gowasp(/** @type {string} */ url, { progress = false, ...options } = {}) {
  const onProgress = progress ? () => {} : undefined;
  const start = performance.now();
  let first = 0;
  const stdout = () => {
    first ||= performance.now() - start;
  };
  const app = await load(url, { args: ["--version"], stdout, onProgress, ...options });
  await app.exited;
  return { ms: first, via: app.via };
}

/** Megabytes of decoded output per second, input and output held in memory. */
export async function decode(/** @type {string} */ url, /** @type {number} */ size) {
  const { default: init, StreamDecoder } = await import("/bindings/decoder.js");
  await init();
  const file = new Uint8Array(await (await fetch(url)).arrayBuffer());
  const start = performance.now();
  const decoder = new StreamDecoder(size);
  let decoded = 0;
  for (let at = 0; at < file.length; at += 65_536) {
    decoder.push(file.subarray(at, at + 65_536));
    for (let piece = decoder.pull(); piece.length > 0; piece = decoder.pull()) decoded += piece.length;
  }
  decoder.finish();
  decoder.free();
  return { rate: decoded / 1000 / (performance.now() - start) };
}

Object.assign(globalThis, { bench: { plain, gowasp, decode } });
