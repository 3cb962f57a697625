// What a program has open.

import { fail } from "./errno.js";
import type { Place } from "./paths.js";
import { FileType, fileType, type Stat, type SyncFiles } from "./sync-files.js";

/** `$fdflags`: writes go to the end. */
export const APPEND = 1;

/** An open file, directory or stream. */
export interface Descriptor {
  readonly type: FileType;
  /** `$fdflags`. */
  flags: number;
  /** Reads at a position, if {@link seek} does not fail, or at the descriptor's own; 0 is the end. */
  read(buffer: Uint8Array, position?: number): number;
  write(bytes: Uint8Array, position?: number): number;
  /** Moves the descriptor's own position, and returns it. */
  seek(offset: bigint, whence: number): bigint;
  stat(): Stat | undefined;
  close(): void;
  /** The file system's own number, where it is a file there. */
  readonly host?: number;
  /** Of a directory. */
  readonly place?: Place;
  /** The name by which the program knows a directory that it was given. */
  readonly preopen?: string;
  /** A directory's entries, as they were when it was read from its start. */
  entries?: Entries;
}

/** Of a directory, in the order in which they are told. */
export type Entries = readonly { name: Uint8Array; type: FileType }[];

/** A stream that the embedder gives. */
export function stream(read: (buffer: Uint8Array) => number, write: (bytes: Uint8Array) => void): Descriptor {
  return {
    type: FileType.StreamSocket,
    flags: 0,
    read,
    write(bytes) {
      // A copy, because the program reuses its memory at once.
      write(bytes.slice());
      return bytes.length;
    },
    seek: () => fail("ESPIPE"),
    stat: () => undefined,
    close() {},
  };
}

/** A directory; the file system need not have it open. */
export function directory(fs: SyncFiles, place: Place, preopen?: string): Descriptor {
  return {
    ...stream(
      () => fail("EISDIR"),
      () => fail("EBADF"),
    ),
    type: FileType.Directory,
    place,
    preopen,
    stat: () => fs.lstatSync(place.path, { bigint: true }),
  };
}

/** A file that the file system has open. */
export function file(fs: SyncFiles, host: number, flags: number): Descriptor {
  const stat = () => fs.fstatSync(host, { bigint: true });
  const type = fileType(stat());
  // Pipes and terminals have no positions.
  const hasPlaces = type === FileType.RegularFile || type === FileType.BlockDevice;
  let own = 0;
  const end = () => Number(stat().size);
  // The standard streams are shared with other processes, and so is the position in them if they are files.
  const counts = hasPlaces && host > 2;
  const moved = (count: number, position: number | undefined) => {
    if (position === undefined) own += count;
    return count;
  };
  return {
    type,
    flags,
    host,
    read: (buffer, at) => moved(fs.readSync(host, buffer, 0, buffer.length, at ?? (counts ? own : null)), at),
    write(bytes, at) {
      if (this.flags & APPEND && at === undefined) own = end();
      return moved(fs.writeSync(host, bytes, 0, bytes.length, at ?? (counts ? own : null)), at);
    },
    seek(offset, whence) {
      if (!hasPlaces) fail("ESPIPE");
      const next = Number(offset) + ([0, own, whence === 2 ? end() : 0][whence] ?? fail("EINVAL"));
      if (next < 0 || !Number.isSafeInteger(next)) fail("EINVAL");
      own = next;
      return BigInt(own);
    },
    stat,
    close: () => fs.closeSync(host),
  };
}

/** The descriptors by number. */
export class Descriptors {
  readonly #all: (Descriptor | undefined)[] = [];

  /** @throws EBADF */
  get(fd: number): Descriptor {
    return this.#all[fd >>> 0] ?? fail("EBADF");
  }

  /** A directory in which a path begins. */
  directory(fd: number): Place {
    return this.get(fd).place ?? fail("ENOTDIR");
  }

  /** Gives it the lowest free number. */
  add(descriptor: Descriptor): number {
    const free = this.#all.indexOf(undefined);
    const fd = free < 0 ? this.#all.length : free;
    this.#all[fd] = descriptor;
    return fd;
  }

  close(fd: number): void {
    const descriptor = this.get(fd);
    this.#all[fd >>> 0] = undefined;
    descriptor.close();
  }

  renumber(from: number, to: number): void {
    const descriptor = this.get(from);
    this.get(to);
    if (from === to) return;
    this.close(to);
    this.#all[from >>> 0] = undefined;
    this.#all[to >>> 0] = descriptor;
  }
}
