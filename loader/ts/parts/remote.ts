// The part `remote`, the page's side of `load(source, { worker: true })`: starts the worker and answers it.

import { addressOf } from "../address.js";
import { GowaspError } from "../errors.js";
import type { Answer, Failure, FromWorker, Start } from "../messages.js";
import type { WorkerGoApp, WorkerLoadOptions } from "../options.js";
import { placeOf } from "../places.js";
import { startThread, type Thread } from "../thread.js";

/** Options whose values cannot be copied into a worker. */
const STAYS_HERE = ["fs", "imports", "start", "global", "process", "path"];

/** What the part offers. */
export interface RemotePart {
  readonly part: "remote";
  /**
   * Loads and runs a program in a worker of its own, which ends with it.
   *
   * @throws {GowaspError} as `load()`; `unavailable` when the worker cannot be started
   */
  load(source: string | URL | WebAssembly.Module, options: WorkerLoadOptions): Promise<WorkerGoApp>;
}

const remote: RemotePart = { part: "remote", load };
export default remote;

async function load(source: string | URL | WebAssembly.Module, options: WorkerLoadOptions): Promise<WorkerGoApp> {
  for (const name of STAYS_HERE) {
    if (name in options) {
      throw new GowaspError(
        "invalid-option",
        `the option ${name} cannot be used with worker: true, it stays on the page`,
      );
    }
  }
  if (options.signal?.aborted) throw aborted(options.signal);
  const stdin = new Stdin(options.stdin);
  const { args, env, integrity, cache } = options;
  // Bundlers look for exactly these two. A worker's script may be anywhere, so it is told where the decoder is.
  const worker = place(options.workerUrl) ?? placeOf("worker.js", () => new URL("./worker.js", import.meta.url));
  const decoder =
    place(options.decoderUrl) ?? placeOf("decoder_bg.wasm", () => new URL("./decoder_bg.wasm", import.meta.url));
  const thread = await start(worker);
  if (options.signal?.aborted) {
    thread.terminate();
    throw aborted(options.signal);
  }
  const remote = new Remote(thread, options, stdin);
  remote.start({
    source: source instanceof WebAssembly.Module ? source : addressOf(source, options.baseUrl).href,
    options: { args, env, integrity, cache, decoderUrl: decoder.href },
    stdin: stdin.known,
    wants: { stdout: !!options.stdout, stderr: !!options.stderr, progress: !!options.onProgress },
  });
  return remote.loaded;
}

/** A worker and what is known of it. */
class Remote {
  /** Resolves when the program runs. */
  readonly loaded: Promise<WorkerGoApp>;
  #settle!: { resolve: (app: WorkerGoApp) => void; reject: (error: unknown) => void };
  #exit!: { resolve: (code: number) => void; reject: (error: unknown) => void };
  readonly #exited: Promise<number>;
  readonly #onAbort = () => this.#fail(aborted(this.options.signal));

  constructor(
    private readonly worker: Thread,
    private readonly options: WorkerLoadOptions,
    private readonly stdin: Stdin,
  ) {
    this.loaded = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.#exited = new Promise((resolve, reject) => {
      this.#exit = { resolve, reject };
    });
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#receive(data);
    worker.onerror = ({ message }) => this.#fail(unavailable(message));
    options.signal?.addEventListener("abort", this.#onAbort);
  }

  start(message: Start): void {
    try {
      this.worker.postMessage(message);
    } catch (cause) {
      const text = `an option cannot be copied into a worker: ${(cause as Error).message}`;
      this.#fail(new GowaspError("invalid-option", text, { cause }));
    }
  }

  #receive(message: FromWorker): void {
    const { options } = this;
    if (message.type === "progress") {
      options.onProgress?.(message.progress);
    } else if (message.type === "output") {
      options[message.stream]?.(message.chunk);
    } else if (message.type === "read") {
      void this.stdin.read(message.max).then((answer) => this.worker.postMessage(answer));
    } else if (message.type === "loaded") {
      this.#stopListening();
      this.#settle.resolve({ exited: this.#exited, via: message.via, kill: () => this.#end(137) });
    } else if (message.type === "exited") {
      this.#end(message.code);
    } else {
      this.#fail(revived(message.failure));
    }
  }

  #end(code: number): void {
    this.worker.terminate();
    this.#exit.resolve(code);
  }

  /** Before the program runs this is the failure of loading, afterwards that of the program. */
  #fail(error: unknown): void {
    this.worker.terminate();
    this.#stopListening();
    this.#settle.reject(error);
    this.#exit.reject(error);
    // Whoever waits for `loaded` has been told.
    this.loaded.catch(() => this.#exited.catch(() => {}));
  }

  #stopListening(): void {
    this.options.signal?.removeEventListener("abort", this.#onAbort);
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
      return { chunk: await this.#next(max) };
    } catch (error) {
      return { failure: String(error) };
    }
  }
}

const place = (url: string | URL | undefined): URL | undefined => (url === undefined ? undefined : addressOf(url));

async function start(url: URL): Promise<Thread> {
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

function revived({ code, message, stack }: Failure): Error {
  const error = code ? new GowaspError(code, message) : new Error(message);
  // The worker's, which tells more than this one's.
  if (stack !== undefined) error.stack = stack;
  return error;
}

function aborted(signal: AbortSignal | undefined): GowaspError {
  return new GowaspError("aborted", "loading was stopped by its signal", { cause: signal?.reason });
}
