// The script of the worker that `load(source, { worker: true })` starts: runs one program, reports to the page.

import { GowaspError, load } from "./index.js";
import type { Answer, FromWorker, Start } from "./messages.js";

/** What is used of a worker's global scope; TypeScript has its types apart from those of pages. */
interface WorkerScope {
  onmessage: (event: MessageEvent<Start | Answer>) => void;
  postMessage(message: FromWorker): void;
}

const scope = globalThis as unknown as WorkerScope;

/** Reads that the page has not answered yet; it answers in order. */
const waiting: ((answer: Answer) => void)[] = [];

scope.onmessage = ({ data }) => {
  if ("source" in data) void start(data);
  else waiting.shift()?.(data);
};

async function start({ source, options, stdin, wants }: Start): Promise<void> {
  const report = (stream: "stdout" | "stderr") => (chunk: Uint8Array) =>
    scope.postMessage({ type: "output", stream, chunk });
  try {
    const app = await load(source, {
      ...options,
      stdin: typeof stdin === "object" && "ask" in stdin ? asking(stdin.ask) : stdin,
      stdout: wants.stdout ? report("stdout") : undefined,
      stderr: wants.stderr ? report("stderr") : undefined,
      onProgress: wants.progress ? (progress) => scope.postMessage({ type: "progress", progress }) : undefined,
    });
    scope.postMessage({ type: "loaded", via: app.via });
    scope.postMessage({ type: "exited", code: await app.exited });
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    const code = error instanceof GowaspError ? error.code : undefined;
    scope.postMessage({ type: "failed", failure: { code, message, stack } });
  }
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
  scope.postMessage({ type: "read", max });
  const got = await answer;
  if ("failure" in got) throw new Error(got.failure);
  return got.chunk;
}
