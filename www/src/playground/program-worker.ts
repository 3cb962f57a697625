// The script of the worker in the sandboxed frame: runs one program and reports by the port that it was given.

import { load } from "gowasp";
import type { FromFrame, Start } from "./protocol.js";
import { Writer } from "./writer.js";

addEventListener("message", ({ data, ports: [port] }: MessageEvent<Start>) => port && run(data, port), { once: true });

async function run({ wasm, args, stdin }: Start, port: MessagePort): Promise<void> {
  // Bound before the program runs, which may replace what it finds on prototypes.
  const send: (message: FromFrame) => void = port.postMessage.bind(port);
  // The program has one way to say something, its output, which is limited.
  globalThis.postMessage = () => {};
  const writer = new Writer((output) => send({ type: "output", output }));
  try {
    const begin = performance.now();
    const module = await WebAssembly.compile(await wasm.arrayBuffer());
    const compiled = performance.now();
    send({ type: "compiled", milliseconds: compiled - begin });
    const app = await load(module, { args, stdin, stdout: writer.sink("stdout"), stderr: writer.sink("stderr") });
    const code = await app.exited;
    const milliseconds = performance.now() - compiled;
    writer.flush();
    send({ type: "exited", code, milliseconds });
  } catch (error) {
    writer.flush();
    send({ type: "failed", message: error instanceof Error ? error.message : String(error) });
  }
}
