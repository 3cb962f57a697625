// The functions of preview 1 that work on a path.

import { encodeUtf8 } from "../go/strings.js";
import { APPEND, directory, file } from "./descriptors.js";
import { fail } from "./errno.js";
import { type Context, secondsOf, type WasiFunction, writeStat } from "./fd-functions.js";
import { type Found, find } from "./paths.js";
import type { SyncFiles } from "./sync-files.js";

/** `$lookupflags`. */
const FOLLOW = 1;

/** `$oflags`. */
enum Open {
  Create = 1,
  Directory = 2,
  Exclusive = 4,
  Truncate = 8,
}

/** Of `$rights`, those by which preview 1 says how to open a file. */
const READ = 0x2n | 0x4000n; // fd_read, fd_readdir
const WRITE = 0x1n | 0x40n | 0x100n; // fd_datasync, fd_write, fd_allocate

const SYNCHRONOUS = 0x12; // dsync, sync

/** The functions named `path_…`. */
export function pathFunctions(context: Context): Record<string, WasiFunction> {
  const { memory, descriptors, fs } = context;
  const lookup = (fd: number, path: number, length: number, flags = 0): Found =>
    find(fs, descriptors.directory(fd), memory.text(path, length), (flags & FOLLOW) !== 0);
  const existing = (...where: Parameters<typeof lookup>) => {
    const found = lookup(...where);
    return { ...found, stat: found.stat ?? fail("ENOENT") };
  };

  return {
    path_create_directory: (fd: number, path: number, length: number) => {
      fs.mkdirSync(lookup(fd, path, length).place.path);
    },
    path_filestat_get: (fd: number, flags: number, path: number, length: number, to: number) =>
      writeStat(memory, to, existing(fd, path, length, flags).stat),
    path_filestat_set_times(
      fd: number,
      flags: number,
      path: number,
      length: number,
      atime: bigint,
      mtime: bigint,
      which: number,
    ) {
      const found = existing(fd, path, length, flags);
      fs.lutimesSync(found.place.path, ...secondsOf(found.stat, atime, mtime, which));
    },
    path_link(
      fromFd: number,
      flags: number,
      from: number,
      fromLength: number,
      toFd: number,
      to: number,
      toLength: number,
    ) {
      const target = existing(fromFd, from, fromLength, flags).place.path;
      fs.linkSync(target, asFile(lookup(toFd, to, toLength)));
    },
    path_open(
      fd: number,
      flags: number,
      path: number,
      length: number,
      how: number,
      rights: bigint,
      _: bigint,
      fdflags: number,
      to: number,
    ) {
      // A new file is not made at the end of a link.
      const isNew = (how & Open.Create) !== 0 && (how & Open.Exclusive) !== 0;
      const found = lookup(fd, path, length, isNew ? 0 : flags);
      memory.setUint32(to, descriptors.add(opened(fs, found, how, rights, fdflags)));
    },
    path_readlink(fd: number, path: number, length: number, to: number, size: number, used: number) {
      const found = existing(fd, path, length);
      if (!found.stat.isSymbolicLink()) fail("EINVAL");
      const target = encodeUtf8(fs.readlinkSync(found.place.path)).subarray(0, size >>> 0);
      memory.slice(to, target.length).set(target);
      memory.setUint32(used, target.length);
    },
    path_remove_directory(fd: number, path: number, length: number) {
      const found = existing(fd, path, length);
      if (found.place.segments.length === descriptors.directory(fd).segments.length) fail("EINVAL");
      fs.rmdirSync(found.place.path);
    },
    path_rename(fromFd: number, from: number, fromLength: number, toFd: number, to: number, toLength: number) {
      const source = existing(fromFd, from, fromLength);
      const target = lookup(toFd, to, toLength);
      const isDirectory = source.stat.isDirectory();
      fs.renameSync(source.place.path, isDirectory ? target.place.path : asFile(target));
    },
    path_symlink(target: number, targetLength: number, fd: number, path: number, length: number) {
      const text = memory.text(target, targetLength);
      if (text === "") fail("ENOENT");
      fs.symlinkSync(text, asFile(lookup(fd, path, length)));
    },
    path_unlink_file(fd: number, path: number, length: number) {
      const found = existing(fd, path, length);
      // Deno would remove it if it is empty.
      if (found.stat.isDirectory()) fail("EISDIR");
      fs.unlinkSync(found.place.path);
    },
  };
}

/** A path that must not be a directory. */
function asFile({ place, stat, mustBeDirectory }: Found): string {
  if (mustBeDirectory && stat === undefined) fail("ENOENT");
  return place.path;
}

function opened(fs: SyncFiles, found: Found, how: number, rights: bigint, fdflags: number) {
  const { stat, place } = found;
  const writes = (rights & WRITE) !== 0n;
  if (stat?.isSymbolicLink()) fail((how & Open.Exclusive) !== 0 ? "EEXIST" : "ELOOP");
  if (stat?.isDirectory()) {
    if (how & Open.Exclusive) fail("EEXIST");
    if (writes || how & (Open.Create | Open.Truncate)) fail("EISDIR");
    return directory(fs, place);
  }
  if (how & Open.Directory) fail(stat ? "ENOTDIR" : "ENOENT");
  if (found.mustBeDirectory) fail("EISDIR");
  const { constants } = fs;
  const flag = (name: string, wanted: unknown) => (wanted ? (constants[name] ?? 0) : 0);
  const access = writes ? (rights & READ ? "O_RDWR" : "O_WRONLY") : "O_RDONLY";
  const flags =
    flag(access, true) |
    flag("O_CREAT", how & Open.Create) |
    flag("O_EXCL", how & Open.Exclusive) |
    flag("O_TRUNC", how & Open.Truncate) |
    flag("O_APPEND", fdflags & APPEND) |
    flag("O_SYNC", fdflags & SYNCHRONOUS) |
    // Links have been followed; one that was made since then is not.
    flag("O_NOFOLLOW", true);
  return file(fs, fs.openSync(place.path, flags, 0o666), fdflags);
}
