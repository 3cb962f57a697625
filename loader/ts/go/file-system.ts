import { isPromise, type Reader, type Sink } from "./stdio.js";
import { encodeUtf8 } from "./strings.js";
import { define, ownView } from "./view.js";

/** How the functions of {@link GoFileSystem} report back: `null` or an error with an errno name as its `code`, then a result. */
// biome-ignore lint/suspicious/noExplicitAny: results differ by function, and node:fs types them in its own way
export type FsCallback = (error: (Error & { code?: string }) | null, result?: any) => void;

// biome-ignore lint/suspicious/noExplicitAny: the parameters are those of the function of the same name in node:fs
type FsOperation = (...args: any[]) => unknown;

/**
 * A file system for Go: `node:fs` or anything of its shape, that is functions with a callback as their last argument. A
 * function that is absent reports ENOSYS. `stat`, `lstat` and `fstat` give all of Node's number fields and `isDirectory()`.
 */
export interface GoFileSystem {
  /** Flags for `open`. */
  readonly constants: {
    readonly O_WRONLY: number;
    readonly O_RDWR: number;
    readonly O_CREAT: number;
    readonly O_TRUNC: number;
    readonly O_APPEND: number;
    readonly O_EXCL: number;
    /** Absent on Windows. */
    readonly O_DIRECTORY?: number;
  };
  /** Writes at once; the Go runtime's own messages take this way. Without it descriptors 1 and 2 are the host's. */
  readonly writeSync?: (fd: number, bytes: Uint8Array) => number;
  readonly open?: FsOperation;
  readonly close?: FsOperation;
  readonly read?: FsOperation;
  readonly write?: FsOperation;
  readonly fstat?: FsOperation;
  readonly fsync?: FsOperation;
  readonly ftruncate?: FsOperation;
  readonly fchmod?: FsOperation;
  readonly fchown?: FsOperation;
  readonly stat?: FsOperation;
  readonly lstat?: FsOperation;
  readonly readdir?: FsOperation;
  readonly mkdir?: FsOperation;
  readonly rmdir?: FsOperation;
  readonly unlink?: FsOperation;
  readonly rename?: FsOperation;
  readonly link?: FsOperation;
  readonly symlink?: FsOperation;
  readonly readlink?: FsOperation;
  readonly chmod?: FsOperation;
  readonly chown?: FsOperation;
  readonly lchown?: FsOperation;
  readonly truncate?: FsOperation;
  readonly utimes?: FsOperation;
}

const OPERATIONS = (
  "open close read write fstat fsync ftruncate fchmod fchown stat lstat readdir mkdir rmdir unlink rename link symlink " +
  "readlink chmod chown lchown truncate utimes"
).split(" ");

// Without files they are of no use, but Go reads each of them as a number when it starts. It takes O_DIRECTORY of -1 for Windows
// and then says so (syscall/fs_js.go).
const NO_FLAGS = { O_WRONLY: -1, O_RDWR: -1, O_CREAT: -1, O_TRUNC: -1, O_APPEND: -1, O_EXCL: -1, O_DIRECTORY: 0x10000 };

// A pipe, which nobody takes for a terminal that knows colors.
const FIFO = 0o010_600;

/** What stands behind the file descriptors 0, 1 and 2; an absent one is the file system's. */
export interface StandardStreams {
  readonly stdin: Reader | undefined;
  /** By descriptor. */
  readonly sinks: readonly (Sink | undefined)[];
}

/** Writes at once, with the parameters of Node's function of that name. */
type WriteSync = (fd: number, data: Uint8Array | string, ...where: unknown[]) => number;

/**
 * The `fs` object of one program: its standard streams in front of `base`, which may be absent. Everything else of `base` can be
 * reached through it too, with the parameters that `base` takes.
 *
 * @param awaits is told of each callback of an operation
 */
export function programFileSystem(
  base: GoFileSystem | undefined,
  { stdin, sinks }: StandardStreams,
  awaits: (callback: unknown) => void,
): { writeSync: WriteSync } {
  const fs = ownView<object>(base ?? { constants: NO_FLAGS }) as Record<string, FsOperation> & { writeSync: WriteSync };
  for (const name of OPERATIONS) define(fs, name, operation(base as Operations | undefined, name, awaits));
  const { read, write, fstat } = fs as Record<string, FsOperation>;

  define(fs, "writeSync", ((fd, data, ...where) => {
    const sink = sinks[fd];
    if (sink === undefined) return base?.writeSync?.(fd, data as Uint8Array, ...(where as [])) ?? data.length;
    // A copy, because Go reuses its memory at once.
    const chunk = span(data, where).bytes.slice();
    sink(chunk);
    return chunk.length;
  }) satisfies WriteSync);

  override("write", write, (fd, data, where, done) => {
    if (sinks[fd] === undefined) return false;
    const { bytes, position } = span(data, where);
    // A stream has no places, and who asks for one must not believe that it was written there.
    if (typeof position === "number") done(notImplemented());
    else attempt(done, () => fs.writeSync(fd, bytes));
    return true;
  });
  override("read", read, (fd, data, where, done) => {
    if (fd !== 0 || stdin === undefined) return false;
    readStdin(stdin, span(data, where).bytes, done);
    return true;
  });
  override("fstat", fstat, (fd, _data, _where, done) => {
    if (base?.fstat || !(sinks[fd] || (fd === 0 && stdin))) return false;
    done(null, streamStatus());
    return true;
  });

  /** Puts `answer` in front of an operation: it says whether the call was its own. */
  function override(
    name: string,
    next: FsOperation | undefined,
    answer: (fd: number, data: unknown, where: unknown[], done: FsCallback) => boolean,
  ): void {
    const operation: FsOperation = (fd, ...args) => {
      const done = args.at(-1);
      if (typeof done !== "function") return next?.(fd, ...args);
      awaits(done);
      const [data, ...where] = args.slice(0, -1);
      return answer(fd, data, where, done) ? undefined : next?.(fd, ...args);
    };
    define(fs, name, like(operation, next));
  }
  return fs;
}

/** An error such as Node's file system reports, which Go turns into the `syscall.Errno` of that name. */
export function notImplemented(): Error {
  return failure("ENOSYS", "not implemented");
}

type Operations = Record<string, FsOperation | undefined>;

function operation(base: Operations | undefined, name: string, awaits: (callback: unknown) => void): FsOperation {
  const call: FsOperation = (...args) => {
    const done = args.at(-1);
    awaits(done);
    if (base?.[name] !== undefined) return base[name](...args);
    if (typeof done !== "function") throw notImplemented();
    // Without files there is nothing left to flush.
    return done(name === "fsync" ? null : notImplemented());
  };
  return like(call, base?.[name]);
}

/** Gives `operation` what `util.promisify` looks for on Node's functions. */
function like(operation: FsOperation, model: FsOperation | undefined): FsOperation {
  for (const symbol of Object.getOwnPropertySymbols(model ?? {})) {
    define(operation, symbol, (model as unknown as Record<symbol, unknown>)[symbol]);
  }
  return operation;
}

/**
 * The bytes that a call of Node's `read` or `write` means, from what it gives behind the descriptor: a buffer with offset, length
 * and position, also in an object, or a text with position and encoding.
 */
function span(data: unknown, where: unknown[]): { bytes: Uint8Array; position: unknown } {
  if (typeof data === "string") {
    const [position, encoding] = where as [unknown, string | undefined];
    const { Buffer } = globalThis as { Buffer?: { from(text: string, encoding: string): Uint8Array } };
    return { bytes: encoding && Buffer ? Buffer.from(data, encoding) : encodeUtf8(data), position };
  }
  const [first, ...others] = where;
  const inObject = typeof first === "object" && first !== null;
  const { offset, length, position } = inObject
    ? (first as Record<string, unknown>)
    : { offset: first, length: others[0], position: others[1] };
  const { buffer, byteOffset, byteLength } = data as Uint8Array;
  const all = new Uint8Array(buffer, byteOffset, byteLength);
  const start = Number(offset ?? 0);
  return { bytes: all.subarray(start, length == null ? undefined : start + Number(length)), position };
}

/** What `fstat` says of a standard stream that is no file. */
function streamStatus(): object {
  const fields = "dev ino uid gid rdev size blksize blocks atimeMs mtimeMs ctimeMs birthtimeMs".split(" ");
  const zeros = Object.fromEntries(fields.map((name) => [name, 0]));
  return { ...zeros, mode: FIFO, nlink: 1, isDirectory: () => false };
}

/** Answers `done` with what `action` returns, or with the failure that it throws. */
function attempt(done: FsCallback, action: () => number): void {
  let answer: number;
  try {
    answer = action();
  } catch (error) {
    const code = String((error as { code?: unknown } | null | undefined)?.code);
    // Go panics at a code that is no errno.
    done(failure(/^E[A-Z0-9]+$/.test(code) ? code : "EIO", "writing failed", error));
    return;
  }
  done(null, answer);
}

function failure(code: string, message: string, cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), { code });
}

function readStdin(reader: Reader, buffer: Uint8Array, done: FsCallback): void {
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
