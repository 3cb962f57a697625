// The page's side of `load(source, { worker: true })`: starts the worker and answers it.

import { GowaspError } from "../errors.js";
import { KILLED } from "../killed.js";
import { part as load } from "../late/part.js";
import type { WorkerGoApp, WorkerLoadOptions } from "../options.js";
import { addressOf } from "../transport/address.js";
import { placeOf } from "../transport/places.js";
import { sourceOf } from "../transport/source.js";
import { type Answer, COPIED, type Failure, type FromWorker, fromWorker, type Start } from "./messages.js";
import { hasThreads, startThread, type Thread } from "./thread.js";

export { takeParts } from "../late/part.js";
export const part = "remote";

/**
 * Loads and runs a program in a web worker of its own, which ends with it.
 *
 * @param source of any type
 * @param options have been checked
 * @throws {GowaspError} as `load()`; `unavailable` when the worker cannot be started
 */
export async function loadInWorker(source: unknown, options: WorkerLoadOptions): Promise<WorkerGoApp> {
  if (!hasThreads()) throw new GowaspError("unavailable", "the option worker: true: this host has no workers");
  const start = await startOf(source, options);
  if (options.signal?.aborted) throw aborted(options.signal);
  const stdin = new Stdin(options.stdin);
  const explaining = options.symbolicate ? await load("symbolicate") : undefined;
  const thread = await startWorker(options);
  if (options.signal?.aborted) {
    thread.terminate();
    throw aborted(options.signal);
  }
  const remote = new Remote(thread, options, stdin, explaining);
  remote.start({ ...start, stdin: stdin.known });
  return remote.loaded;
}

async function startOf(given: unknown, options: WorkerLoadOptions): Promise<Omit<Start, "stdin">> {
  const source = await sourceOf(given);
  const copied = Object.fromEntries(COPIED.map((name) => [name, options[name]]));
  const { decoderUrl, baseUrl = globalThis.document?.baseURI ?? globalThis.location?.href } = options;
  // A worker's script may be served from anywhere, so it is told where the decoder is.
  const decoder = await placeOf("decoder_bg.wasm", decoderUrl, () => new URL("./decoder_bg.wasm", import.meta.url));
  const start: Omit<Start, "stdin" | "source"> = {
    type: "start",
    files: filesOf(options),
    options: {
      ...copied,
      decoderUrl: decoder.href,
      baseUrl: baseUrl === undefined ? undefined : await addressOf(baseUrl),
    },
    wants: { stdout: !!options.stdout, stderr: !!options.stderr, progress: !!options.onProgress },
  };
  if (source.kind === "module") return { ...start, source: source.module };
  if (source.kind === "bytes") return { ...start, source: source.bytes };
  if (source.kind === "address") return { ...start, source: await addressOf(source.address, options.baseUrl) };
  const { url, status } = source.response;
  if (status !== 200)
    throw new GowaspError("http-status", `the Response has status ${status}, expected 200`, { status });
  if (url) start.options.baseUrl = url;
  return { ...start, source: await bytesOf(source.response) };
}

function filesOf({ fs }: WorkerLoadOptions): Start["files"] {
  if (fs === undefined || fs === "node") return fs;
  if (typeof fs.snapshot === "function") return fs.snapshot();
  throw new GowaspError(
    "invalid-option",
    'the option fs cannot be used with worker: true, it stays on the page: but for "node" and what gowasp/fs makes',
  );
}

async function bytesOf(response: Response): Promise<Uint8Array> {
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    const { message } = cause as Error;
    throw new GowaspError("truncated", `the body of the Response could not be read: ${message}`, { cause });
  }
}

type Started = FromWorker & { type: "started" };
/** What translates what the program dies of. */
type Explaining = Awaited<ReturnType<typeof load<"symbolicate">>>;

/** A worker and what is known of it. */
class Remote {
  /** Resolves when the program runs. */
  readonly loaded: Promise<WorkerGoApp>;
  #settle!: { resolve: (app: WorkerGoApp) => void; reject: (error: unknown) => void };
  #exiting!: { resolve: (code: number) => void; reject: (error: unknown) => void };
  readonly #exited: Promise<number>;
  #app: WorkerGoApp | undefined;
  #failure: GowaspError | undefined;
  /** How far it is; a worker that has sent a message has loaded its script. */
  #state: "new" | "loading" | "running" | "ended" = "new";
  readonly #onAbort = () => this.#fail(aborted(this.#options.signal));
  readonly #worker: Thread;
  readonly #options: WorkerLoadOptions;
  readonly #stdin: Stdin;
  readonly #explaining: Explaining | undefined;

  constructor(worker: Thread, options: WorkerLoadOptions, stdin: Stdin, explaining: Explaining | undefined) {
    this.#worker = worker;
    this.#options = options;
    this.#stdin = stdin;
    this.#explaining = explaining;
    this.loaded = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.#exited = new Promise((resolve, reject) => {
      this.#exiting = { resolve, reject };
    });
    worker.onmessage = ({ data }: MessageEvent<unknown>) => this.#receive(fromWorker(data));
    worker.onmessageerror = () => this.#receive(undefined);
    // Later it is an error in a callback of the program, which does not end it, as it would not on the page.
    worker.onerror = ({ message }) => {
      if (this.#state === "new") this.#fail(unavailable(message));
    };
    worker.onended = (code, error) => this.#ended(code, error);
    options.signal?.addEventListener("abort", this.#onAbort);
  }

  start(message: Start): void {
    try {
      this.#worker.postMessage(message);
    } catch (cause) {
      const text = `an option cannot be copied into a worker: ${(cause as Error).message}`;
      this.#fail(new GowaspError("invalid-option", text, { cause }));
    }
  }

  #receive(message: FromWorker | undefined): unknown {
    const options = this.#options;
    if (this.#state === "ended") return;
    if (this.#state === "new") this.#state = "loading";
    switch (message?.type) {
      case "progress":
        return call("onProgress", () => options.onProgress?.(message.progress));
      case "output":
        return call(message.stream, () => options[message.stream]?.(message.chunk));
      case "read":
        return this.#answer(message.max);
      case "started":
        return this.#started(message);
      case "idle":
        return this.#resolve();
      case "exited":
        if (this.#app) return this.#exit(message);
        break;
      case "failed":
        return this.#fail(revived(message.failure));
    }
    return this.#fail(
      new GowaspError("host", "the worker sent a message that is not the loader's: does the program call postMessage?"),
    );
  }

  #started(message: Started): void {
    this.#app ??= this.#appOf(message);
    if (this.#options.until !== "idle" && this.#options.ready === undefined) this.#resolve();
  }

  #appOf({ via, file }: Started): WorkerGoApp {
    const options = this.#options;
    const failure = () => this.#failure;
    return {
      exited: this.#exited.finally(() => this.#explaining?.explain({ file }, options, failure())),
      get failure() {
        return failure();
      },
      via,
      symbolicate: async (trace) => (await load("symbolicate")).symbolicateOf({ file }, options, trace),
      kill: () => this.#end(KILLED),
    };
  }

  /** By itself: its files come back. */
  #exit({ code, failure, files }: FromWorker & { type: "exited" }): void {
    const { fs } = this.#options;
    if (files && typeof fs === "object") call("fs", () => fs.restore(files));
    this.#end(code, failure);
  }

  #resolve(): void {
    if (!this.#app || this.#state === "running") return;
    this.#state = "running";
    this.#stopListening();
    this.#settle.resolve(this.#app);
  }

  async #answer(max: number): Promise<void> {
    const answer = await this.#stdin.read(max);
    try {
      this.#worker.postMessage(answer);
    } catch (error) {
      this.#worker.postMessage({ type: "refusal", reason: String(error) } satisfies Answer);
    }
  }

  #end(code: number, failure?: Failure): void {
    this.#resolve();
    if (failure) this.#failure = revived(failure);
    this.#state = "ended";
    this.#worker.terminate();
    this.#exiting.resolve(code);
  }

  /** Before the program runs this is the failure of loading, afterwards that of the program. */
  #fail(error: GowaspError): void {
    this.#state = "ended";
    if (error.code === "exception") this.#failure = error;
    this.#worker.terminate();
    this.#stopListening();
    this.#settle.reject(error);
    this.#exiting.reject(error);
    // Whoever waits for `loaded` has got the failure already.
    this.loaded.catch(() => (this.#app?.exited ?? this.#exited).catch(() => {}));
  }

  /** The thread is gone: the program ended it (`process.exit()` in Node), or an uncaught exception did. */
  #ended(code: number, cause: unknown): void {
    if (this.#state === "ended") return;
    const why = cause === undefined ? `it ended with code ${code}` : String(cause);
    if (this.#state === "new") this.#fail(unavailable(why, cause));
    else if (cause !== undefined) this.#fail(new GowaspError("exception", why, { cause }));
    else if (this.#app) this.#end(code);
    else this.#fail(new GowaspError("exited", `the worker ended before the program ran: ${why}`));
  }

  #stopListening(): void {
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
  }
}

/** Calls a function of the page; an exception in it is not the worker's fault. */
function call(name: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    console.error(`gowasp: ${name} threw`, error);
  }
}

/** Standard input on the page's side. */
class Stdin {
  /** What the worker is told beforehand. */
  readonly known: Start["stdin"];
  readonly #next: (max: number) => Promise<Uint8Array | null> | Uint8Array | null;

  constructor(source: WorkerLoadOptions["stdin"]) {
    const reader = source instanceof ReadableStream ? source.getReader() : undefined;
    const ask = typeof source === "function" ? source : async () => (await reader?.read())?.value ?? null;
    this.#next = ask;
    this.known = reader ? { ask: "chunks" } : typeof source === "function" ? { ask: "bytes" } : (source as string);
  }

  async read(max: number): Promise<Answer> {
    try {
      const chunk = await this.#next(max);
      if (chunk === null || chunk instanceof Uint8Array) return { type: "answer", chunk };
      return { type: "refusal", reason: "the option stdin gave something that is neither a Uint8Array nor null" };
    } catch (error) {
      return { type: "refusal", reason: String(error) };
    }
  }
}

async function startWorker({ workerUrl }: WorkerLoadOptions): Promise<Thread> {
  const url = await placeOf("worker.js", workerUrl, () => new URL("./worker.js", import.meta.url));
  try {
    return await startThread(url);
  } catch (cause) {
    throw unavailable((cause as Error).message, cause);
  }
}

function unavailable(message: string | undefined, cause?: unknown): GowaspError {
  return new GowaspError(
    "unavailable",
    `the worker could not be started: ${message ?? "its script did not load"}; ` +
      "serve worker.js of this package beside the bundle, or name its place with the option workerUrl",
    { cause },
  );
}

function revived({ code = "exception", message, stack }: Failure): GowaspError {
  const error = new GowaspError(code, message);
  // The worker's stack, which tells more than this one's.
  if (stack !== undefined) error.stack = stack;
  return error;
}

function aborted(signal: AbortSignal | undefined): GowaspError {
  return new GowaspError("aborted", "loading was stopped by its signal", { cause: signal?.reason });
}
