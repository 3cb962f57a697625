import { isPromise, type Reader, type Sink } from "./stdio.js";

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
).split(" ") as (keyof GoFileSystem)[];

// Flags are of no use without files, but Go reads each of them as a number when it starts.
const NO_FLAGS = { O_WRONLY: -1, O_RDWR: -1, O_CREAT: -1, O_TRUNC: -1, O_APPEND: -1, O_EXCL: -1, O_DIRECTORY: -1 };

/** What stands behind the file descriptors 0, 1 and 2; an absent one is the file system's. */
export interface StandardStreams {
  readonly stdin: Reader | undefined;
  /** By descriptor. */
  readonly sinks: readonly (Sink | undefined)[];
}

/**
 * The `fs` object of one program: its standard streams in front of `base`, which may be absent.
 *
 * Everything else of `base` can be reached through it too. Callbacks that arrive when `isRunning` says no are dropped: a read
 * that was pending when the program ended must not surface as an exception in the embedder's event loop.
 */
export function programFileSystem(
  base: GoFileSystem | undefined,
  { stdin, sinks }: StandardStreams,
  isRunning: () => boolean,
): Required<Pick<GoFileSystem, "constants" | "writeSync" | "read" | "write">> {
  const guard =
    (callback: FsCallback): FsCallback =>
    (...results) => {
      if (isRunning()) callback(...results);
    };
  const fs = Object.create(base ?? { constants: NO_FLAGS });
  for (const name of OPERATIONS) fs[name] = operation(base, name, guard);

  const { read, write } = fs;
  fs.writeSync = (fd: number, bytes: Uint8Array): number => {
    const sink = sinks[fd];
    if (sink === undefined) return base?.writeSync?.(fd, bytes) ?? bytes.length;
    // A copy, because Go reuses its memory at once.
    sink(bytes.slice());
    return bytes.length;
  };
  fs.write = (
    fd: number,
    buffer: Uint8Array,
    offset: number,
    length: number,
    at: number | null,
    done: FsCallback,
  ): void => {
    const sink = sinks[fd];
    if (sink === undefined) {
      write(fd, buffer, offset, length, at, done);
      return;
    }
    sink(buffer.slice(offset, offset + length));
    done(null, length);
  };
  fs.read = (
    fd: number,
    buffer: Uint8Array,
    offset: number,
    length: number,
    at: number | null,
    done: FsCallback,
  ): void => {
    if (fd !== 0 || stdin === undefined) read(fd, buffer, offset, length, at, done);
    else readStdin(stdin, buffer.subarray(offset, offset + length), guard(done));
  };
  return fs;
}

/** An error such as Node's file system reports, which Go turns into the `syscall.Errno` of that name. */
export function notImplemented(): Error {
  return Object.assign(new Error("not implemented"), { code: "ENOSYS" });
}

function operation(
  base: GoFileSystem | undefined,
  name: keyof GoFileSystem,
  guard: (callback: FsCallback) => FsCallback,
): FsOperation {
  const implementation = base?.[name] as FsOperation | undefined;
  return (...args) => {
    const done = guard(args.pop());
    if (implementation !== undefined) implementation.call(base, ...args, done);
    // Without files there is nothing left to flush.
    else done(name === "fsync" ? null : notImplemented());
  };
}

function readStdin(reader: Reader, buffer: Uint8Array, done: FsCallback): void {
  const deliver = (chunk: Uint8Array | null): void => {
    if (chunk !== null) buffer.set(chunk);
    done(null, chunk?.length ?? 0);
  };
  const fail = (error: unknown): void => {
    done(Object.assign(new Error("reading stdin failed", { cause: error }), { code: "EIO" }));
  };
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
