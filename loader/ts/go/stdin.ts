import type { ByteStream } from "../host/web.js";
import { failure } from "./file-system.js";
import type { Fill, FsCallback } from "./streams.js";
import { encodeUtf8 } from "./strings.js";

/**
 * Where a program's standard input comes from: all of it, a stream or an async iterable of chunks, or a function that
 * is called for up to `max` bytes whenever the program reads; null or an empty array is the end.
 */
export type StdinSource =
  | Uint8Array
  | string
  | ByteStream
  | AsyncIterable<Uint8Array | string>
  | ((max: number) => Uint8Array | null | Promise<Uint8Array | null>);

/** Reads up to `max` bytes (at least 1); null is the end of input. */
type Reader = (max: number) => Uint8Array | null | Promise<Uint8Array | null>;

/** Standard input that comes from `source`. */
export function stdinFrom(source: StdinSource): Fill {
  const reader = stdinReader(source);
  return (buffer, done) => fill(reader, buffer, done);
}

function fill(reader: Reader, buffer: Uint8Array, done: FsCallback): void {
  const deliver = (chunk: Uint8Array | null): void => {
    if (chunk !== null) buffer.set(chunk);
    done(null, chunk?.length ?? 0);
  };
  const fail = (error: unknown): void => done(failure("EIO", "reading stdin failed", error));
  let chunk: ReturnType<Reader> | undefined;
  try {
    chunk = reader(buffer.length);
  } catch (error) {
    fail(error);
    return;
  }
  if (isPromise(chunk)) chunk.then(deliver, fail);
  else deliver(chunk);
}

/** A reader of `source` that never hands out more than it is asked for. */
function stdinReader(source: StdinSource): Reader {
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

/** Whether an answer is still to come. */
function isPromise<T>(answer: T | Promise<T>): answer is Promise<T> {
  return typeof (answer as Promise<T> | null)?.then === "function";
}

/** What arrives next, in pieces of the source's own choice. */
function chunks(source: StdinSource): Reader {
  if (typeof source === "function") return source;
  if (typeof source === "string" || ArrayBuffer.isView(source)) {
    let whole: Uint8Array | null = bytesOf(source);
    return () => {
      const all = whole;
      whole = null;
      return all;
    };
  }
  const all = pieces(iterable(source));
  return async () => (await all.next()).value ?? null;
}

/** A stream or an async iterable, as an iterable: Safari's streams are none. */
export function iterable(source: ByteStream | AsyncIterable<Uint8Array | string>): AsyncIterable<Uint8Array | string> {
  return "getReader" in source ? streamed(source) : source;
}

async function* pieces(source: AsyncIterable<Uint8Array | string>): AsyncGenerator<Uint8Array> {
  for await (const piece of source) {
    if (piece.length > 0) yield bytesOf(piece);
  }
}

async function* streamed(source: ByteStream): AsyncGenerator<Uint8Array> {
  const reader = source.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

function bytesOf(piece: string | ArrayBufferView): Uint8Array {
  return typeof piece === "string"
    ? encodeUtf8(piece)
    : new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength);
}
