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
  | ReadableStream<Uint8Array>
  | ((max: number) => Uint8Array | null | Promise<Uint8Array | null>);

/** Reads up to `max` bytes (at least 1); null is the end of input. */
export type Reader = (max: number) => Uint8Array | null | Promise<Uint8Array | null>;

// The longest piece of a line that is kept until its end comes, in UTF-16 units.
const LONGEST_LINE = 65_536;

/**
 * A sink that gives each full line, decoded and without its end, to `log`; `flush` gives it what is left. A line that is longer than
 * any console shows arrives in pieces.
 */
export function lineSink(log: (line: string) => void): { write: Sink; flush: () => void } {
  const decoder = new TextDecoder();
  let rest = "";
  const write = (chunk: Uint8Array): void => {
    const text = decoder.decode(chunk, { stream: true });
    const end = text.lastIndexOf("\n");
    if (end >= 0) {
      log(rest + text.slice(0, end));
      rest = "";
    }
    rest += text.slice(end + 1);
    if (rest.length < LONGEST_LINE) return;
    log(rest);
    rest = "";
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

/** What is used of Node's `process.stdout`. */
interface ProcessStream {
  write(chunk: Uint8Array): unknown;
  /** The failure of what was written last. */
  readonly errored?: Error | null;
  on(event: "error", listener: (error: Error) => void): void;
  off(event: "error", listener: (error: Error) => void): void;
}

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
    const stream = processStream(name);
    const { write, flush } = stream ? processSink(stream) : lineSink(log);
    flushes.push(flush);
    return write;
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

/** The process's own stream, where its output is what people see: a page that has a `process` (Electron) has a console for that. */
function processStream(name: "stdout" | "stderr"): ProcessStream | undefined {
  if ("document" in globalThis) return undefined;
  const stream = (globalThis as unknown as { process?: Record<string, ProcessStream | undefined> }).process?.[name];
  return typeof stream?.write === "function" ? stream : undefined;
}

/** A sink that throws once its stream has failed, e.g. because nobody reads any more (EPIPE). */
function processSink(stream: ProcessStream): { write: Sink; flush: () => void } {
  let failure: Error | null | undefined;
  let listens = false;
  // Without a listener, Node ends the process with the error.
  const note = (error: Error): void => {
    failure = error;
  };
  return {
    write(chunk) {
      if (failure) throw failure;
      if (!listens) stream.on?.("error", note);
      listens = true;
      stream.write(chunk);
      failure = stream.errored;
      if (failure) throw failure;
    },
    flush() {
      // The failure of the last write is told in a moment.
      if (listens) setTimeout(() => stream.off("error", note));
      listens = false;
    },
  };
}
