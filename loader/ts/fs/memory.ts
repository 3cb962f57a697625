import { encodeUtf8 } from "../go/strings.js";
import { TextDecoder } from "../host/text.js";
import type { Snapshot, SnapshotFile } from "../snapshot.js";
import { addCallbacks } from "./callbacks.js";
import { constants, Disk } from "./disk.js";
import { type Inode, Kind, kindTests, refuse, statusOf, times } from "./inode.js";
import { type Place, Tree } from "./tree.js";

/** Limits of a file system in memory. */
export interface MemoryOptions {
  /** How many bytes all files may have together; a program that writes more gets ENOSPC. Default: no limit. */
  maxBytes?: number;
  /** Whether the program may change nothing; it gets EROFS. */
  readOnly?: boolean;
}

/**
 * A file system in memory, shaped like `node:fs`: for programs of `GOOS=js` (functions with a callback) and of
 * `GOOS=wasip1` (those named `…Sync`), and for looking at what a program has written.
 */
export class MemoryFiles {
  readonly constants = constants;
  /** Descriptors 0, 1 and 2 are the program's. */
  readonly hasStreams = false;
  #tree = new Tree();
  /** For programs of `GOOS=js`: where they are, as in Node's `process`, and who. */
  readonly process = {
    cwd: () => this.#tree.cwd,
    chdir: (path: string) => {
      const { kind } = this.#tree.inode(path);
      if (kind !== Kind.Directory) refuse("ENOTDIR", path);
      this.#tree.cwd = this.realpathSync(path);
    },
    umask: () => 0o22,
    pid: 1,
    ppid: 0,
    getuid: () => 0,
    getgid: () => 0,
    geteuid: () => 0,
    getegid: () => 0,
    getgroups: () => [],
  };
  #disk: Disk;

  /** @param files by their paths; directories that lead there are made */
  constructor(files: Readonly<Record<string, string | Uint8Array>> = {}, options: MemoryOptions = {}) {
    this.#disk = new Disk(options.maxBytes ?? Number.POSITIVE_INFINITY);
    for (const [path, content] of Object.entries(files)) {
      this.mkdirSync(path.replace(/[^/]*$/, "") || "/", { recursive: true });
      this.writeFileSync(path, content);
    }
    this.#disk.readOnly = options.readOnly ?? false;
    addCallbacks(this, MemoryFiles.prototype);
  }

  /** What is in it now. */
  snapshot(): Snapshot {
    const files: SnapshotFile[] = [];
    const add = (inode: Inode, path: string) => {
      for (const [name, one] of inode.entries) {
        const { ino, mode, mtimeMs, kind, target } = one;
        const content = kind === Kind.File ? one.bytes.slice() : kind === Kind.Link ? target : undefined;
        files.push({ path: `${path}/${name}`, ino, mode, mtimeMs, content });
        add(one, `${path}/${name}`);
      }
    };
    add(this.#tree.root, "");
    const { maxBytes, readOnly } = this.#disk;
    return { files, maxBytes, readOnly };
  }

  /**
   * Replaces what is in it. Open files are closed.
   *
   * @throws an error whose code is an errno if it is no snapshot; some files are there then
   */
  restore({ files, maxBytes, readOnly }: Snapshot): void {
    this.#tree = new Tree();
    this.#disk = new Disk(maxBytes);
    const names = new Map<number, string>();
    for (const { path, ino, mode, mtimeMs, content } of files) {
      const first = names.get(ino);
      if (first !== undefined) this.linkSync(first, path);
      else if (content === undefined) this.mkdirSync(path, mode);
      else if (typeof content === "string") this.symlinkSync(content, path);
      else this.writeFileSync(path, content, mode);
      names.set(ino, path);
      this.lutimesSync(path, mtimeMs / 1000, mtimeMs / 1000);
    }
    // Writing the files has changed these.
    for (const { path, mtimeMs, content } of files) {
      if (content === undefined) this.lutimesSync(path, mtimeMs / 1000, mtimeMs / 1000);
    }
    this.#disk.readOnly = readOnly;
  }

  openSync(path: string, flags = 0, mode = 0o666): number {
    const isNew = (flags & constants.O_CREAT) !== 0 && (flags & constants.O_EXCL) !== 0;
    if (flags & constants.O_CREAT && path.endsWith("/") && !endsInDots(path)) {
      this.#tree.find(path, "never");
      refuse("EISDIR", path);
    }
    const place = this.#tree.find(path, !isNew && (flags & constants.O_NOFOLLOW) === 0);
    const inode = place.inode ?? this.#created(place, path, flags, mode);
    const writes = (flags & 3) !== 0;
    if (place.inode && isNew) refuse("EEXIST", path);
    if (inode.kind === Kind.Link) refuse("ELOOP", path);
    if (inode.kind === Kind.Directory) {
      if (writes || flags & (constants.O_CREAT | constants.O_TRUNC)) refuse("EISDIR", path);
    } else if (place.mustBeDirectory || flags & constants.O_DIRECTORY) refuse("ENOTDIR", path);
    if (writes) this.#disk.change();
    if (flags & constants.O_TRUNC) this.#disk.resize(inode, 0);
    return this.#disk.open(inode, flags);
  }

  closeSync(fd: number): void {
    this.#disk.close(fd);
  }

  readSync(
    fd: number,
    buffer: Uint8Array,
    offset = 0,
    length = buffer.length - offset,
    position: number | null = null,
  ): number {
    const file = this.#disk.file(fd);
    if ((file.flags & 3) === constants.O_WRONLY) refuse("EBADF", fd);
    if (file.inode.kind === Kind.Directory) refuse("EISDIR", fd);
    const start = position ?? file.position;
    const part = file.inode.bytes.subarray(start, start + length);
    buffer.set(part, offset);
    if (position === null) file.position += part.length;
    file.inode.atimeMs = Date.now();
    return part.length;
  }

  writeSync(
    fd: number,
    bytes: Uint8Array,
    offset = 0,
    length = bytes.length - offset,
    position: number | null = null,
  ): number {
    const file = this.#disk.file(fd);
    const { inode, flags } = file;
    if ((flags & 3) === 0) refuse("EBADF", fd);
    if (length === 0) return 0;
    const start = flags & constants.O_APPEND ? inode.size : (position ?? file.position);
    if (start + length > inode.size) this.#disk.resize(inode, start + length);
    inode.room.set(bytes.subarray(offset, offset + length), start);
    inode.changed();
    if (position === null) file.position = start + length;
    return length;
  }

  fstatSync(fd: number, options?: { bigint?: boolean }) {
    return statusOf(this.#disk.file(fd).inode, options?.bigint);
  }

  statSync(path: string, options?: { bigint?: boolean }) {
    return statusOf(this.#tree.inode(path), options?.bigint);
  }

  lstatSync(path: string, options?: { bigint?: boolean }) {
    return statusOf(this.#tree.inode(path, false), options?.bigint);
  }

  realpathSync(path: string): string {
    this.#tree.inode(path);
    return `/${this.#tree.find(path).names.join("/")}`;
  }

  readdirSync(path: string, options?: { withFileTypes?: boolean }) {
    const { kind, entries } = this.#tree.inode(path);
    if (kind !== Kind.Directory) refuse("ENOTDIR", path);
    return [...entries].map(([name, inode]) => (options?.withFileTypes ? { name, ...kindTests(inode) } : name));
  }

  readlinkSync(path: string): string {
    const { kind, target } = this.#tree.inode(path, false);
    return kind === Kind.Link ? target : refuse("EINVAL", path);
  }

  /** A file's content, as a copy: the original stays the program's. */
  readFileSync(path: string): Uint8Array<ArrayBuffer>;
  readFileSync(path: string, encoding: "utf8"): string;
  readFileSync(path: string, encoding?: "utf8"): Uint8Array<ArrayBuffer> | string {
    const { kind, bytes } = this.#tree.inode(path);
    if (kind === Kind.Directory) refuse("EISDIR", path);
    return encoding ? new TextDecoder().decode(bytes) : bytes.slice();
  }

  writeFileSync(path: string, content: string | Uint8Array, mode = 0o666): void {
    const fd = this.openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, mode);
    try {
      this.writeSync(fd, typeof content === "string" ? encodeUtf8(content) : content);
    } finally {
      this.closeSync(fd);
    }
  }

  mkdirSync(path: string, options: number | { recursive?: boolean; mode?: number } = {}): void {
    const { recursive = false, mode = 0o777 } = typeof options === "number" ? { mode: options } : options;
    if (recursive) {
      const names = path.split("/");
      for (let at = 1; at <= names.length; at++) {
        const part = names.slice(0, at).join("/") || "/";
        const { inode } = this.#tree.find(part);
        if (inode === undefined) this.mkdirSync(part, mode);
        else if (inode.kind !== Kind.Directory) refuse("ENOTDIR", part);
      }
      return;
    }
    const place = this.#free(path, Kind.Directory);
    this.#tree.enter(place, this.#tree.make(Kind.Directory | (mode & 0o7777)));
  }

  rmdirSync(path: string): void {
    const place = this.#tree.find(path, "never");
    if (endsInDots(path)) refuse(/\.\.\/*$/.test(path) ? "ENOTEMPTY" : "EINVAL", path);
    const { kind, entries } = place.inode ?? refuse("ENOENT", path);
    if (kind !== Kind.Directory) refuse("ENOTDIR", path);
    if (place.name === "") refuse("EBUSY", path);
    if (entries.size) refuse("ENOTEMPTY", path);
    this.#disk.change();
    this.#tree.remove(place);
  }

  unlinkSync(path: string): void {
    const place = this.#tree.find(path, "never");
    const inode = place.inode ?? refuse("ENOENT", path);
    if (inode.kind === Kind.Directory) refuse("EISDIR", path);
    if (place.mustBeDirectory) refuse("ENOTDIR", path);
    this.#disk.change();
    this.#tree.remove(place);
    this.#disk.unlinked(inode);
  }

  renameSync(from: string, to: string): void {
    const source = this.#tree.find(from, "never");
    const target = this.#tree.find(to, "never");
    if (endsInDots(from) || endsInDots(to)) refuse("EBUSY", from);
    const inode = source.inode ?? refuse("ENOENT", from);
    const isDirectory = inode.kind === Kind.Directory;
    if (!isDirectory && (source.mustBeDirectory || target.mustBeDirectory)) refuse("ENOTDIR", from);
    const { inode: old } = target;
    if (old === inode) return;
    const way = (names: readonly string[]) => `/${names.join("/")}/`;
    if (isDirectory && way(target.names).startsWith(way(source.names))) refuse("EINVAL", to);
    if (old?.kind === Kind.Directory && way(source.names).startsWith(way(target.names))) refuse("ENOTEMPTY", to);
    if (old && isDirectory !== (old.kind === Kind.Directory)) refuse(isDirectory ? "ENOTDIR" : "EISDIR", to);
    if (old?.entries.size) refuse("ENOTEMPTY", to);
    this.#disk.change();
    this.#tree.remove(source);
    this.#tree.enter(target, inode);
    if (old) this.#disk.unlinked(old);
  }

  linkSync(from: string, to: string): void {
    const inode = this.#tree.inode(from, false);
    const place = this.#free(to);
    if (inode.kind === Kind.Directory) refuse("EPERM", from);
    this.#tree.enter(place, inode);
    inode.nlink++;
  }

  symlinkSync(target: string, path: string): void {
    if (target === "") refuse("ENOENT", target);
    const place = this.#free(path);
    const inode = this.#tree.make(Kind.Link | 0o777);
    inode.target = target;
    inode.size = encodeUtf8(target).length;
    this.#tree.enter(place, inode);
  }

  truncateSync(path: string, length = 0): void {
    this.#disk.resize(this.#tree.inode(path), length);
  }

  ftruncateSync(fd: number, length = 0): void {
    const { inode, flags } = this.#disk.file(fd);
    if ((flags & 3) === 0) refuse("EINVAL", fd);
    this.#disk.resize(inode, length);
  }

  chmodSync(path: string, mode: number): void {
    this.#disk.set(this.#tree.inode(path), { mode });
  }

  fchmodSync(fd: number, mode: number): void {
    this.#disk.set(this.#disk.file(fd).inode, { mode });
  }

  chownSync(path: string, uid: number, gid: number): void {
    this.#disk.set(this.#tree.inode(path), { uid, gid });
  }

  lchownSync(path: string, uid: number, gid: number): void {
    this.#disk.set(this.#tree.inode(path, false), { uid, gid });
  }

  fchownSync(fd: number, uid: number, gid: number): void {
    this.#disk.set(this.#disk.file(fd).inode, { uid, gid });
  }

  utimesSync(path: string, atime: number | Date, mtime: number | Date): void {
    this.#disk.set(this.#tree.inode(path), times(atime, mtime));
  }

  lutimesSync(path: string, atime: number | Date, mtime: number | Date): void {
    this.#disk.set(this.#tree.inode(path, false), times(atime, mtime));
  }

  futimesSync(fd: number, atime: number | Date, mtime: number | Date): void {
    this.#disk.set(this.#disk.file(fd).inode, times(atime, mtime));
  }

  fsyncSync(fd: number): void {
    this.#disk.file(fd);
  }

  fdatasyncSync(fd: number): void {
    this.#disk.file(fd);
  }

  #created(place: Place, path: string, flags: number, mode: number): Inode {
    if ((flags & constants.O_CREAT) === 0) refuse("ENOENT", path);
    this.#disk.change();
    const inode = this.#tree.make(Kind.File | (mode & 0o7777));
    this.#tree.enter(place, inode);
    return inode;
  }

  /** A free name for something new: only for a directory if the path ends with a slash. */
  #free(path: string, kind = Kind.File): Place {
    const place = this.#tree.find(path, "never");
    if (place.inode) refuse("EEXIST", path);
    if (place.mustBeDirectory && kind !== Kind.Directory) refuse("ENOENT", path);
    this.#disk.change();
    return place;
  }
}

/** Whether the last name is one of those by which nothing can be removed. */
function endsInDots(path: string): boolean {
  return /(^|\/)\.{1,2}\/*$/.test(path);
}
