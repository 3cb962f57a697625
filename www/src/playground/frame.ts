// The script of the sandboxed frame: starts the worker that runs the program, and passes on what it says.

// The worker's script as text: a frame of an opaque origin cannot load workers from its server.
import script from "./program-worker.ts?text";
import type { FromFrame, Start } from "./protocol.js";

addEventListener("message", receive);

function receive({ source, data, ports: [port] }: MessageEvent<Start>): void {
  // Whoever else embeds this file without a sandbox would run programs with the rights of its origin.
  if (self.origin !== "null" || source !== parent || !port) return;
  removeEventListener("message", receive);
  run(data, port);
}

function run(start: Start, page: MessagePort): void {
  const worker = new Worker(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
  const { port1: here, port2: there } = new MessageChannel();
  here.onmessage = ({ data }: MessageEvent<FromFrame>) => page.postMessage(data);
  worker.onerror = ({ message }) => {
    const failure = `the program's worker has stopped: ${message || "it could not be started"}`;
    page.postMessage({ type: "failed", message: failure } satisfies FromFrame);
  };
  worker.postMessage(start, [there]);
}
