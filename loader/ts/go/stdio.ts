import type { ByteStream } from "../web.js";
import { encodeUtf8 } from "./strings.js";

/** Takes what a program writes to one of its streams; the chunk belongs to the receiver. */
export type Sink = (chunk: Uint8Array) => void;

/**
 * Where a program's standard input comes from: all of it, a stream of chunks, or a function that is asked for up to `max`
 * bytes whenever the program reads; null or an empty array is the end.
 */
export type StdinSource =
  | Uint8Array
  | string
  | ByteStream
  | ((max: number) => Uint8Array | null | Promise<Uint8Array | null>);

/** Reads up to `max` bytes (at least 1); null is the end of input. */
export type Reader = (max: number) => Uint8Array | null | Promise<Uint8Array | null>;

/** A sink that gives each full line, decoded and without its end, to `log`; `flush` gives it what is left. */
export function lineSink(log: (line: string) => void): { write: Sink; flush: () => void } {
  const decoder = new TextDecoder();
  let rest = "";
  const write = (chunk: Uint8Array): void => {
    rest += decoder.decode(chunk, { stream: true });
    const end = rest.lastIndexOf("\n");
    if (end < 0) return;
    log(rest.slice(0, end));
    rest = rest.slice(end + 1);
  };
  const flush = (): void => {
    rest += decoder.decode();
    if (rest !== "") log(rest);
    rest = "";
  };
  return { write, flush };
}

/** A reader of `source` that never hands out more than it is asked for. */
export function stdinReader(source: StdinSource): Reader {
  const next = chunks(source);
  let rest: Uint8Array | null = new Uint8Array(0);
  const serve = (max: number): Uint8Array | null => {
    if (rest === null || rest.length === 0) {
      rest = null;
      return null;
    }
    const chunk = rest.subarray(0, max);
    rest = rest.subarray(max);
    return chunk;
  };
  return (max) => {
    if (rest === null || rest.length > 0) return serve(max);
    const chunk = next(max);
    if (isPromise(chunk)) {
      return chunk.then((arrived) => {
        rest = arrived;
        return serve(max);
      });
    }
    rest = chunk;
    return serve(max);
  };
}

/** Tells an answer that is still to come from one that is here. */
export function isPromise<T>(answer: T | Promise<T>): answer is Promise<T> {
  return typeof (answer as Promise<T> | null)?.then === "function";
}

/** What arrives next, in pieces of the source's own choice. */
function chunks(source: StdinSource): Reader {
  if (typeof source === "function") return source;
  if (source instanceof ReadableStream) {
    const reader = source.getReader();
    const read = async (): Promise<Uint8Array | null> => {
      const { done, value } = await reader.read();
      if (done) return null;
      return value.length > 0 ? value : read();
    };
    return read;
  }
  let whole: Uint8Array | null = typeof source === "string" ? encodeUtf8(source) : source;
  return () => {
    const all = whole;
    whole = null;
    return all;
  };
}

/** The streams of a program that the embedder left to the host. */
export interface StreamOptions {
  readonly stdin?: StdinSource;
  readonly stdout?: Sink;
  readonly stderr?: Sink;
  readonly fs?: { readonly writeSync?: unknown };
}

type ProcessStreams = { process?: { stdout?: { write?: Sink }; stderr?: { write?: Sink } } };

/** What stands behind the descriptors 0, 1 and 2; `flush` writes out a last line without an end. */
export function standardStreams({ stdin, stdout, stderr, fs }: StreamOptions): {
  stdin: Reader | undefined;
  sinks: (Sink | undefined)[];
  flush: () => void;
} {
  const flushes: (() => void)[] = [];
  const fallback = (name: "stdout" | "stderr", log: (line: string) => void): Sink | undefined => {
    // A file system that can write at once has descriptors 1 and 2 of its own.
    if (fs?.writeSync !== undefined) return undefined;
    const stream = (globalThis as ProcessStreams).process?.[name];
    if (typeof stream?.write === "function") return (chunk) => stream.write?.(chunk);
    const lines = lineSink(log);
    flushes.push(lines.flush);
    return lines.write;
  };
  return {
    stdin: stdin === undefined ? undefined : stdinReader(stdin),
    sinks: [
      undefined,
      stdout ?? fallback("stdout", (line) => console.log(line)),
      stderr ?? fallback("stderr", (line) => console.error(line)),
    ],
    flush: () => {
      for (const flush of flushes) flush();
    },
  };
}
