import { GowaspError } from "./errors.js";
import type { Job } from "./job.js";

/**
 * Fetches an address; resolves when the headers are there.
 *
 * @throws {GowaspError} `network`, `http-status`
 */
export async function fetchOk(url: string, job: Job, signal = job.signal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (cause) {
    job.check();
    throw new GowaspError(
      "network",
      `no answer from ${url}: ${(cause as Error).message}; is the server there, and does it allow this origin (CORS)?`,
      { cause },
    );
  }
  // A 206 or 304 without its counterpart in the cache would be `ok` or not, but never the whole file.
  if (response.status !== 200) {
    void response.body?.cancel();
    throw new GowaspError(
      "http-status",
      `${url} was answered with status ${response.status}, expected 200; is the file deployed there?`,
    );
  }
  return response;
}

/**
 * The chunks of a body.
 *
 * @throws {GowaspError} `truncated` when the connection breaks
 */
export async function* chunksOf(response: Response, job: Job): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  let received = 0;
  try {
    while (reader) {
      const { done, value } = await reader.read();
      if (done) return;
      received += value.length;
      yield value;
    }
  } catch (cause) {
    job.check();
    throw new GowaspError(
      "truncated",
      `the connection to ${response.url} broke after ${received} bytes: ${(cause as Error).message}`,
      { cause },
    );
  } finally {
    void reader?.cancel().catch(() => {});
  }
}

/**
 * A stream of what the generator yields, at the reader's pace; cancelling it ends the generator.
 *
 * @param onError told why the stream failed, which not every reader of it passes on
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
    `${url} is not a WebAssembly module${html ? " but looks like an HTML page" : ""}: ` +
      (html ? "does the server answer unknown paths with its index page?" : "was another file put there?"),
  );
}
