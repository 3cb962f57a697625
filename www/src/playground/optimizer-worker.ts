// The script of the worker that optimizes one file.

import { type Inspection, inspect, optimize } from "gowasp/optimizer";
import type { FromOptimizer, Optimized, Parts } from "./messages.js";
import { problemOf } from "./problem.js";

const answer = (message: FromOptimizer) => postMessage(message);

addEventListener("message", async ({ data: file }: MessageEvent<Blob>) => {
  try {
    answer({ type: "optimized", optimized: await work(file) });
  } catch (error) {
    answer({ type: "failed", problem: problemOf(error) });
  }
});

async function work(file: Blob): Promise<Optimized> {
  const begin = performance.now();
  const input = await read(file);
  const { wasm, report } = await optimize(input, {}, { onStage: (name) => answer({ type: "stage", name }) });
  const milliseconds = performance.now() - begin;
  answer({ type: "stage", name: "inspect" });
  const [before, after] = [parts(await inspect(input)), parts(await inspect(wasm))];
  return { wasm: new Blob([wasm as BlobPart], { type: "application/wasm" }), report, before, after, milliseconds };
}

/** The whole of a module. Of anything else a beginning is enough to tell what it is, and there may be gigabytes of it. */
async function read(file: Blob): Promise<Uint8Array> {
  const head = new Uint8Array(await file.slice(0, 4096).arrayBuffer());
  const isModule = new TextDecoder("latin1").decode(head.subarray(0, 4)) === "\0asm";
  return isModule ? new Uint8Array(await file.arrayBuffer()) : head;
}

const parts = ({ sections, packages, warnings }: Inspection): Parts => ({ sections, packages, warnings });
