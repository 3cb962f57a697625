import type { FsCallback, Sink, StandardStreams } from "./streams.js";

export type { FsCallback };

// biome-ignore lint/suspicious/noExplicitAny: the parameters are those of the function of the same name in node:fs
type FsOperation = (...args: any[]) => unknown;

/**
 * A file system for Go: `node:fs` or anything of its shape, that is functions with a callback as their last argument. A
 * function that is absent reports ENOSYS. `stat`, `lstat` and `fstat` give all of Node's number fields and
 * `isDirectory()`.
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
  /** False if descriptors 0, 1 and 2 are those of the host, whatever functions there are. */
  readonly hasStreams?: boolean;
  /** What the program gets as `process` if there is no such option. */
  readonly process?: object;
  /**
   * Writes synchronously; the Go runtime's own messages take this path. Without it, descriptors 1 and 2 are the host's.
   */
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

/** The functions of {@link GoFileSystem} that answer by a callback. */
export const OPERATIONS = (
  "open close read write fstat fsync ftruncate fchmod fchown stat lstat readdir mkdir rmdir unlink rename link symlink " +
  "readlink chmod chown lchown truncate utimes"
).split(" ");

// Without files they are of no use, but Go reads each of them as a number when it starts. It takes O_DIRECTORY of -1
// for Windows and then says so (syscall/fs_js.go).
const NO_FLAGS = { O_WRONLY: -1, O_RDWR: -1, O_CREAT: -1, O_TRUNC: -1, O_APPEND: -1, O_EXCL: -1, O_DIRECTORY: 0x10000 };

// A pipe, which nobody takes for a terminal with colors.
const FIFO = 0o010_600;

/** What a program finds as `fs`. */
export type ProgramFiles = Record<string, FsOperation>;

/**
 * The `fs` of a program that has standard streams only.
 *
 * @param awaits is told of each callback of an operation
 */
export function streamsOnly(streams: StandardStreams, awaits: (callback: unknown) => void): ProgramFiles {
  const fs: ProgramFiles & { constants?: object } = {};
  fs.constants = NO_FLAGS;
  for (const name of OPERATIONS) {
    fs[name] = (...args) => {
      const done = args.at(-1);
      awaits(done);
      const own = streamOperation(name, args[0], streams, fs);
      if (own) own(...args.slice(1));
      // Without files there is nothing left to flush.
      else done(name === "fsync" ? null : notImplemented());
    };
  }
  fs.writeSync = (fd, bytes) => writeNow(streams.sinks[fd], bytes);
  return fs;
}

/**
 * What an operation does on a standard stream, from its second parameter on; nothing if `fd` is none.
 *
 * @param fs whose `writeSync` writes, which the program may have replaced
 */
export function streamOperation(
  name: string,
  fd: number,
  { stdin, sinks }: StandardStreams,
  fs: ProgramFiles,
): FsOperation | undefined {
  if (name === "write" && sinks[fd]) {
    return (buffer: Uint8Array, offset: number, length: number, at: unknown, done: FsCallback) => {
      // A stream has no positions, and a caller that gives one must not believe that it was written there.
      if (typeof at === "number") done(notImplemented());
      else attempt(done, () => fs.writeSync?.(fd, buffer.subarray(offset, offset + length)) as number);
    };
  }
  if (name === "read" && fd === 0 && stdin) {
    return (buffer: Uint8Array, offset: number, length: number, _: unknown, done: FsCallback) =>
      stdin(buffer.subarray(offset, offset + length), done);
  }
  if (name === "fstat" && (sinks[fd] || (fd === 0 && stdin))) return (done: FsCallback) => done(null, streamStatus());
  return undefined;
}

/** Writes to a stream; a missing one swallows everything. */
export function writeNow(sink: Sink | undefined, bytes: Uint8Array): number {
  // A copy, because Go reuses its memory at once.
  sink?.(bytes.slice());
  return bytes.length;
}

/** An error such as Node's file system reports, which Go turns into the `syscall.Errno` of that name. */
export function notImplemented(): Error {
  return failure("ENOSYS", "not implemented");
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

/** A failure that Go knows by its errno. */
export function failure(code: string, message: string, cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), { code });
}
