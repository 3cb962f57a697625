// The nodes of a file system in memory.

import { failure } from "../go/file-system.js";

/** Kinds of files, as in the `mode` of a status. */
export enum Kind {
  Directory = 0o040_000,
  File = 0o100_000,
  Link = 0o120_000,
}
/** The bits of `mode` that hold it. */
export const KINDS = 0o170_000;

/** A file, directory or symbolic link. */
export class Inode {
  nlink = 1;
  uid = 0;
  gid = 0;
  atimeMs: number;
  mtimeMs: number;
  ctimeMs: number;
  birthtimeMs: number;
  /** Of a file: its bytes, and room for more. */
  room = new Uint8Array(0);
  /** Of a file or link. */
  size = 0;
  /** Of a directory. */
  readonly entries = new Map<string, Inode>();
  /** Of a link. */
  target = "";
  /** Counts changes of a file's bytes. */
  version = 0;

  constructor(
    readonly ino: number,
    public mode: number,
  ) {
    this.atimeMs = this.mtimeMs = this.ctimeMs = this.birthtimeMs = Date.now();
  }

  get kind(): Kind {
    return this.mode & KINDS;
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.room.subarray(0, this.size);
  }

  /** Truncates a file, or extends it with zeros. */
  resize(size: number): void {
    if (size > this.room.length) {
      // Doubled, so that many small writes stay cheap.
      const room = new Uint8Array(Math.max(size, Math.min(this.room.length * 2, this.room.length + 0x100_0000), 64));
      room.set(this.bytes);
      this.room = room;
    } else if (size < this.size) {
      this.room.fill(0, size, this.size);
    }
    this.size = size;
    this.changed();
  }

  changed(): void {
    this.version++;
    this.mtimeMs = this.ctimeMs = Date.now();
  }
}

const FIELDS = ["ino", "mode", "nlink", "uid", "gid", "size", "version"] as const;
const TIMES = ["atimeMs", "mtimeMs", "ctimeMs", "birthtimeMs"] as const;

/** The status of a file, as node:fs gives it: with numbers, or with bigints and nanoseconds. */
export function statusOf(inode: Inode, asBigint = false): Record<string, unknown> {
  const fields = { dev: 1, rdev: 0, blksize: 4096, blocks: Math.ceil(inode.size / 512) } as Record<string, unknown>;
  for (const name of FIELDS) fields[name] = inode[name];
  for (const name of TIMES) fields[name] = inode[name];
  if (asBigint) {
    for (const [name, value] of Object.entries(fields)) fields[name] = BigInt(Math.floor(value as number));
    for (const name of TIMES) fields[name.replace("Ms", "Ns")] = BigInt(Math.round(inode[name] * 1e3)) * 1000n;
  }
  return Object.assign(fields, kindTests(inode));
}

/** `isFile()` and the like. */
export function kindTests({ kind }: Inode): Record<string, () => boolean> {
  const no = () => false;
  return {
    isDirectory: () => kind === Kind.Directory,
    isFile: () => kind === Kind.File,
    isSymbolicLink: () => kind === Kind.Link,
    isBlockDevice: no,
    isCharacterDevice: no,
    isFIFO: no,
    isSocket: no,
  };
}

/** Ends an operation with an error such as node:fs throws. */
export function refuse(code: string, path: string | number = ""): never {
  throw failure(code, `${code}: ${path}`);
}

/** Access and modification time, in seconds if they are numbers. */
export function times(atime: number | Date, mtime: number | Date): Partial<Inode> {
  return { atimeMs: milliseconds(atime), mtimeMs: milliseconds(mtime) };
}

function milliseconds(time: number | Date): number {
  return typeof time === "number" ? time * 1000 : time.getTime();
}
