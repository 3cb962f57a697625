// The script of the worker that `load(source, { worker: true })` starts: runs one program, reports to the page. It
// contains everything that a program may need, so bundlers need not look into it, and it may be served from anywhere.

import { GowaspError } from "../errors.js";
import { MemoryFiles } from "../fs/memory.js";
import { loadHere } from "../here.js";
import { builtin } from "../host/node.js";
import type { LoadOptions, Progress } from "../options.js";
import type { Loaded } from "../transport/loaded.js";
import { type Answer, type Failure, type FromWorker, type Start, toWorker } from "./messages.js";

/** The way to the page; TypeScript has the types of a worker's global scope apart from those of pages. */
interface Port {
  onmessage: ((event: MessageEvent<unknown>) => void) | null;
  postMessage(message: FromWorker): void;
  /** Node only: whether the port keeps the thread alive. */
  ref?: () => void;
  unref?: () => void;
}

// Workers of Node have it elsewhere.
const port = ("onmessage" in globalThis ? globalThis : builtin("worker_threads").parentPort) as unknown as Port;

/** Reads that the page has not answered yet; it answers in order. */
const waiting: ((answer: Answer) => void)[] = [];
let isStarted = false;

port.onmessage = ({ data }) => {
  const message = toWorker(data);
  if (message?.type === "start" && !isStarted) {
    isStarted = true;
    void start(message);
  } else if (message && message.type !== "start" && waiting.length > 0) {
    waiting.shift()?.(message);
  } else {
    fail(new GowaspError("host", "the worker was sent a message that is not the loader's"));
  }
  // With nothing else to wait for, a program in Node is told of its deadlock.
  if (waiting.length === 0) port.unref?.();
};

async function start({ source, options, files, stdin, wants }: Start): Promise<void> {
  const report = (stream: "stdout" | "stderr") => (chunk: Uint8Array) =>
    port.postMessage({ type: "output", stream, chunk });
  const fs = typeof files === "object" ? new MemoryFiles() : undefined;
  if (fs && typeof files === "object") fs.restore(files);
  const own = {
    ...options,
    fs: fs ?? files,
    stdin: typeof stdin === "object" && "ask" in stdin ? asking(stdin.ask) : stdin,
    stdout: wants.stdout ? report("stdout") : undefined,
    stderr: wants.stderr ? report("stderr") : undefined,
    onProgress: wants.progress ? (progress: Progress) => port.postMessage({ type: "progress", progress }) : undefined,
  };
  try {
    const started = ({ via, file }: Loaded) => port.postMessage({ type: "started", via, file });
    const app = await loadHere(source, own as LoadOptions, started);
    port.postMessage({ type: "idle" });
    const code = await app.exited;
    port.postMessage({ type: "exited", code, failure: app.failure && copied(app.failure), files: fs?.snapshot() });
  } catch (error) {
    fail(error);
  }
}

function fail(error: unknown): void {
  port.postMessage({ type: "failed", failure: copied(error) });
}

function copied(error: unknown): Failure {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { code: error instanceof GowaspError ? error.code : undefined, message, stack };
}

/** Standard input that the page has: a stream of chunks of any size, or a function that keeps to `max`. */
function asking(how: "chunks" | "bytes"): ReadableStream<Uint8Array> | ((max: number) => Promise<Uint8Array | null>) {
  if (how === "bytes") return ask;
  return new ReadableStream({
    async pull(controller) {
      const chunk = await ask(0);
      if (chunk) controller.enqueue(chunk);
      else controller.close();
    },
  });
}

async function ask(max: number): Promise<Uint8Array | null> {
  const answer = new Promise<Answer>((resolve) => waiting.push(resolve));
  port.ref?.();
  port.postMessage({ type: "read", max });
  const got = await answer;
  if (got.type === "refusal") throw new Error(got.reason);
  return got.chunk;
}
