// The script of the worker that `load(source, { worker: true })` starts: runs one program, reports to the page.

import { GowaspError } from "./errors.js";
import { loadHere } from "./here.js";
import { type Answer, type FromWorker, type Start, toWorker } from "./messages.js";
import type { Progress } from "./options.js";

/** What is used of a worker's global scope; TypeScript has its types apart from those of pages. */
interface WorkerScope {
  onmessage: (event: MessageEvent<unknown>) => void;
  postMessage(message: FromWorker): void;
}

const scope = globalThis as unknown as WorkerScope;

/** Reads that the page has not answered yet; it answers in order. */
const waiting: ((answer: Answer) => void)[] = [];
let isStarted = false;

scope.onmessage = ({ data }) => {
  const message = toWorker(data);
  if (message?.type === "start" && !isStarted) {
    isStarted = true;
    void start(message);
  } else if (message && message.type !== "start" && waiting.length > 0) {
    waiting.shift()?.(message);
  } else {
    fail(new GowaspError("host", "the worker was sent a message that is not the loader's"));
  }
};

async function start({ source, options, stdin, wants }: Start): Promise<void> {
  const report = (stream: "stdout" | "stderr") => (chunk: Uint8Array) =>
    scope.postMessage({ type: "output", stream, chunk });
  const own = {
    ...options,
    stdin: typeof stdin === "object" && "ask" in stdin ? asking(stdin.ask) : stdin,
    stdout: wants.stdout ? report("stdout") : undefined,
    stderr: wants.stderr ? report("stderr") : undefined,
    onProgress: wants.progress ? (progress: Progress) => scope.postMessage({ type: "progress", progress }) : undefined,
  };
  try {
    const app = await loadHere(source, own, (via) => scope.postMessage({ type: "started", via }));
    scope.postMessage({ type: "idle" });
    scope.postMessage({ type: "exited", code: await app.exited });
  } catch (error) {
    fail(error);
  }
}

function fail(error: unknown): void {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const code = error instanceof GowaspError ? error.code : undefined;
  scope.postMessage({ type: "failed", failure: { code, message, stack } });
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
  if (got.type === "refusal") throw new Error(got.reason);
  return got.chunk;
}
