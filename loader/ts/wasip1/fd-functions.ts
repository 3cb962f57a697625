// The functions of preview 1 that work on a descriptor.

import { encodeUtf8 } from "../go/strings.js";
import { timeOf } from "./clock.js";
import type { Descriptor, Descriptors, Entries } from "./descriptors.js";
import { fail } from "./errno.js";
import type { WasiMemory } from "./memory.js";
import { FileType, fileType, type Stat, type SyncFiles } from "./sync-files.js";

/** What the functions of a program work on. */
export interface Context {
  readonly memory: WasiMemory;
  readonly descriptors: Descriptors;
  /** Absent where the program has no files; then it has no descriptor that leads here, either. */
  readonly fs: SyncFiles;
}

/** A function of preview 1. What it throws becomes an errno; returning is success. */
export type WasiFunction = (...args: never[]) => void;

// What a program may do with a descriptor is decided by how it was opened. The rights are stated for those who ask
// whether a stream is a terminal (wasi-libc's isatty: neither seek nor tell).
const ALL_RIGHTS = 0x3fff_ffffn;
const SEEK_AND_TELL = 0x24n;

/** `$fstflags`. */
enum Times {
  Atime = 1,
  AtimeNow = 2,
  Mtime = 4,
  MtimeNow = 8,
}

/** The size of `$dirent`, before the name. */
const DIRENT = 24;

/** The functions named `fd_…`. */
export function fdFunctions({ memory, descriptors, fs }: Context): Record<string, WasiFunction> {
  const fileOf = (fd: number) => descriptors.get(fd).host ?? fail("EINVAL");
  const there = (fd: number) => void descriptors.get(fd);
  const sync = (fd: number) => {
    const { host } = descriptors.get(fd);
    if (host !== undefined) fs.fsyncSync(host);
  };
  /** Fills or drains buffers one after the other, until one is not used completely. */
  const at = (how: "read" | "write") => (fd: number, from: number, count: number, to: number, offset?: number) => {
    const descriptor = descriptors.get(fd);
    // A stream without positions cannot be read at one.
    if (offset !== undefined) descriptor.seek(0n, 1);
    let total = 0;
    for (const buffer of memory.vectors(from, count)) {
      const done = buffer.length && descriptor[how](buffer, offset === undefined ? offset : offset + total);
      total += done;
      if (done < buffer.length) break;
    }
    memory.setUint32(to, total);
  };
  const placed = (how: "read" | "write") => (fd: number, from: number, count: number, offset: bigint, to: number) =>
    at(how)(fd, from, count, to, length(offset));

  return {
    fd_advise: there,
    fd_allocate(fd: number, offset: bigint, length: bigint) {
      const host = fileOf(fd);
      const end = Number(offset + length);
      if (end > Number(descriptors.get(fd).stat()?.size)) fs.ftruncateSync(host, end);
    },
    fd_close: (fd: number) => descriptors.close(fd),
    fd_datasync: sync,
    fd_sync: sync,

    fd_fdstat_get(fd: number, to: number) {
      const { type, flags } = descriptors.get(fd);
      const rights = type === FileType.CharacterDevice ? ALL_RIGHTS & ~SEEK_AND_TELL : ALL_RIGHTS;
      memory.slice(to, 24).fill(0);
      memory.setUint32(to, type | (flags << 16));
      memory.setUint64(to + 8, rights);
      memory.setUint64(to + 16, ALL_RIGHTS);
    },
    fd_fdstat_set_flags(fd: number, flags: number) {
      descriptors.get(fd).flags = flags;
    },
    fd_fdstat_set_rights: there,
    fd_filestat_get: (fd: number, to: number) =>
      writeStat(memory, to, descriptors.get(fd).stat(), descriptors.get(fd).type),
    fd_filestat_set_size: (fd: number, size: bigint) => fs.ftruncateSync(fileOf(fd), length(size)),
    fd_filestat_set_times(fd: number, atime: bigint, mtime: bigint, flags: number) {
      const { stat, host, place } = descriptors.get(fd);
      const times = secondsOf(stat(), atime, mtime, flags);
      if (place) fs.lutimesSync(place.path, ...times);
      else fs.futimesSync(host ?? fail("EINVAL"), ...times);
    },

    fd_read: at("read"),
    fd_write: at("write"),
    fd_pread: placed("read"),
    fd_pwrite: placed("write"),

    fd_prestat_get(fd: number, to: number) {
      const name = preopenOf(descriptors.get(fd));
      memory.setUint32(to, 0);
      memory.setUint32(to + 4, name.length);
    },
    fd_prestat_dir_name(fd: number, to: number, size: number) {
      const name = preopenOf(descriptors.get(fd));
      if (name.length > size >>> 0) fail("ENAMETOOLONG");
      memory.slice(to, name.length).set(name);
    },

    fd_readdir(fd: number, to: number, size: number, cookie: bigint, used: number) {
      const descriptor = descriptors.get(fd);
      if (cookie === 0n) descriptor.entries = undefined;
      descriptor.entries ??= fs
        .readdirSync(descriptors.directory(fd).path, { withFileTypes: true })
        .map((entry) => ({ name: encodeUtf8(entry.name), type: fileType(entry) }));
      memory.setUint32(used, writeEntries(memory.slice(to, size), descriptor.entries, Number(cookie)));
    },

    fd_renumber: (from: number, to: number) => descriptors.renumber(from, to),
    fd_seek: (fd: number, offset: bigint, whence: number, to: number) =>
      memory.setUint64(to, descriptors.get(fd).seek(offset, whence)),
    fd_tell: (fd: number, to: number) => memory.setUint64(to, descriptors.get(fd).seek(0n, 1)),
  };
}

/** Writes `$filestat`; for a stream only its type is known. */
export function writeStat(memory: WasiMemory, to: number, stat: Stat | undefined, type = FileType.Unknown): void {
  memory.slice(to, 64).fill(0);
  memory.setUint32(to + 16, stat ? fileType(stat) : type);
  memory.setUint64(to + 24, stat?.nlink ?? 1n);
  if (!stat) return;
  memory.setUint64(to, stat.dev);
  memory.setUint64(to + 8, stat.ino);
  const rest = [stat.size, stat.atimeNs, stat.mtimeNs, stat.ctimeNs];
  rest.forEach((value, at) => {
    memory.setUint64(to + 32 + at * 8, value);
  });
}

/** Access and modification time in seconds, as `$fstflags` want them: given, now, or as they are. */
export function secondsOf(stat: Stat | undefined, atime: bigint, mtime: bigint, flags: number): [number, number] {
  const choose = (given: bigint, old: bigint | undefined, isGiven: number, isNow: number) => {
    return Number(flags & isGiven ? BigInt.asIntN(64, given) : flags & isNow ? timeOf(0) : (old ?? 0n)) / 1e9;
  };
  return [
    choose(atime, stat?.atimeNs, Times.Atime, Times.AtimeNow),
    choose(mtime, stat?.mtimeNs, Times.Mtime, Times.MtimeNow),
  ];
}

/** A size or a place that a file can have. */
function length(value: bigint): number {
  const size = Number(value);
  return size < 0 || !Number.isSafeInteger(size) ? fail("EINVAL") : size;
}

function preopenOf({ preopen, type }: Descriptor): Uint8Array {
  if (preopen === undefined) return fail(type === FileType.Directory ? "EBADF" : "ENOTDIR");
  return encodeUtf8(preopen);
}

/**
 * Writes entries until the buffer is full, the last one perhaps in part. The cookie of an entry is the number of the
 * next one.
 */
function writeEntries(buffer: Uint8Array, entries: Entries, start: number): number {
  let used = 0;
  for (let at = start; at < entries.length && used < buffer.length; at++) {
    const { name, type } = entries[at] as Entries[number];
    const bytes = new Uint8Array(DIRENT + name.length);
    const words = new Uint32Array(bytes.buffer, 0, DIRENT / 4);
    words.set([at + 1, 0, 0, 0, name.length, type]);
    bytes.set(name, DIRENT);
    const part = bytes.subarray(0, buffer.length - used);
    buffer.set(part, used);
    used += part.length;
  }
  return used;
}
