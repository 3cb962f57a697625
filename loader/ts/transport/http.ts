import { GowaspError } from "../errors.js";
import type { Job } from "../job.js";

/** Statuses that another try may not get: overload, and trouble on the way (RFC 9110, 6585, 8470). */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

/** The first pause before another try, in milliseconds; each further one is twice as long. */
const PAUSE = 250;

/** No server makes anybody wait longer than this, whatever its Retry-After says. */
const LONGEST_PAUSE = 10_000;

/** What requests may differ in. */
export interface Ask {
  /** Ends the request, and its body; that of the job by default. */
  signal?: AbortSignal;
  headers?: Record<string, string>;
  /** How often it is repeated; by default what the job's options say. Asked when a try has failed. */
  retries?: () => number | Promise<number>;
}

/**
 * Fetches an address; resolves when the headers are there. Repeats what may be temporary: no answer, overload.
 *
 * @throws {GowaspError} `network`, `http-status`
 */
export async function fetchOk(url: string, job: Job, ask: Ask = {}): Promise<Response> {
  const { retries = () => job.retries } = ask;
  for (let tried = 0; ; tried++) {
    let failure: GowaspError;
    let pause = PAUSE * 2 ** tried * (0.75 + Math.random() / 2);
    try {
      const response = await answerOf(url, job, ask);
      if (response.status === 200 || (response.status === 206 && ask.headers)) return response;
      void response.body?.cancel();
      failure = notOk(response.status, url);
      // Seconds; the form with a date, which nobody sends for this, is no number.
      const asked = Number(response.headers.get("retry-after")) * 1000;
      if (asked > pause) pause = Math.min(asked, LONGEST_PAUSE);
    } catch (error) {
      failure = error as GowaspError;
    }
    if (!mayPass(failure) || tried >= (await retries())) throw failure;
    await job.pause(pause);
  }
}

/** One try: any answer. */
async function answerOf(url: string, job: Job, { signal = job.signal, headers }: Ask): Promise<Response> {
  const request = job.branch(signal);
  const timer = setTimeout(() => request.abort(), job.stallTimeout);
  try {
    return await fetch(url, { signal: request.signal, headers, priority: job.options.fetchPriority });
  } catch (cause) {
    job.check();
    const why = request.signal.aborted ? `none within ${job.stallTimeout} ms` : (cause as Error).message;
    throw new GowaspError(
      "network",
      `no answer from ${shown(url)}: ${why}; is the server there, and does it allow this origin (CORS)?`,
      { cause },
    );
  } finally {
    clearTimeout(timer);
  }
}

/** The error for an answer that is not the whole file: a 206 or 304 without its counterpart in the cache is none. */
export function notOk(status: number, url: string): GowaspError {
  return new GowaspError(
    "http-status",
    `${shown(url)} was answered with status ${status}, expected 200; is the file deployed there?`,
    { status },
  );
}

/** Whether another try may succeed: the connection failed, or the server was busy. */
export function mayPass(error: unknown): boolean {
  if (!(error instanceof GowaspError)) return false;
  const { code, status = 0, cause } = error;
  // A body that ended cleanly, but early, has no cause.
  return code === "network" || (code === "truncated" && cause !== undefined) || PASSING.has(status);
}

/**
 * An address for messages, which end up in logs and in reports by others: without what may be secret (user, password,
 * query).
 */
export function shown(url: string): string {
  const text = url.replace(/^([a-z][a-z+.-]*:\/\/)[^/?#]*@/i, "$1").replace(/[?#].*/s, "");
  return text.slice(0, 300) || "what load() was given";
}

/**
 * The chunks of a body.
 *
 * @throws {GowaspError} `truncated` when the connection breaks, or sends nothing for too long
 */
export async function* chunksOf(response: Response, job: Job): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  let received = 0;
  /** When the reading of the next chunk began, unless it is there. */
  let since: number | undefined;
  let late = false;
  let timer: ReturnType<typeof setInterval> | undefined;
  // One timer for all chunks: setting one for each costs as much as reading it.
  const look = () => {
    if (since === undefined) return stop();
    late = performance.now() - since >= job.stallTimeout;
    if (late) void reader?.cancel().catch(() => {});
  };
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
  };
  const broke = (why: string, cause: unknown) =>
    new GowaspError("truncated", `the connection to ${shown(response.url)} broke after ${received} bytes: ${why}`, {
      cause,
    });
  try {
    while (reader) {
      timer ??= setInterval(look, job.stallTimeout / 4);
      // Node waits for the connection anyway.
      (timer as { unref?: () => void }).unref?.();
      since = performance.now();
      const { done, value } = await reader.read();
      since = undefined;
      if (late) throw broke(`nothing came for ${job.stallTimeout} ms`, "stalled");
      if (done) return;
      received += value.length;
      yield value;
    }
  } catch (cause) {
    job.check();
    throw cause instanceof GowaspError ? cause : broke((cause as Error).message, cause);
  } finally {
    stop();
    void reader?.cancel().catch(() => {});
  }
}

/**
 * A stream of what the generator yields, at the reader's pace. Cancelling it ends the generator.
 *
 * @param onError gets the reason of a failure, which not every reader of the stream passes on
 */
export function streamOf(
  chunks: AsyncGenerator<Uint8Array>,
  onError: (error: unknown) => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const { done, value } = await chunks.next();
          if (done) controller.close();
          else controller.enqueue(value as Uint8Array<ArrayBuffer>);
        } catch (error) {
          onError(error);
          throw error;
        }
      },
      async cancel() {
        await chunks.return(undefined);
      },
    },
    // Nothing is read ahead of the compiler.
    { highWaterMark: 0 },
  );
}

/** The first bytes, four at least if there are as many, and all chunks including them. */
export async function peek(
  chunks: AsyncGenerator<Uint8Array>,
): Promise<{ head: Uint8Array; all: AsyncGenerator<Uint8Array> }> {
  let head = new Uint8Array();
  while (head.length < 4) {
    const { done, value } = await chunks.next();
    if (done) break;
    head = concat([head, value]);
  }
  return {
    head,
    all: (async function* () {
      if (head.length > 0) yield head;
      yield* chunks;
    })(),
  };
}

/** One array with the bytes of all. */
export function concat(chunks: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** A response as the engines' streaming compilers want it. */
export function wasmResponse(body: BodyInit): Response {
  return new Response(body, { headers: { "content-type": "application/wasm" } });
}

/** The MIME type without parameters. */
export function mimeType(response: Response): string {
  return (response.headers.get("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

/** Whether bytes begin like a wasm module: `\0asm`. */
export function looksLikeWasm(bytes: Uint8Array): boolean {
  return [0, 0x61, 0x73, 0x6d].every((byte, at) => bytes[at] === byte);
}

/** The error for bytes that are not a module, with a guess at what they are. */
export function notWasm(url: string, bytes: Uint8Array): GowaspError {
  const html = bytes[0] === 0x3c; // "<"
  return new GowaspError(
    "not-wasm",
    `${shown(url)} is not a WebAssembly module${html ? " but looks like an HTML page" : ""}: ` +
      (html ? "does the server answer unknown paths with its index page?" : "was another file put there?"),
  );
}
