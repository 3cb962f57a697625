// The bytes of a file system in memory, and its descriptors.

import { type Inode, KINDS, Kind, refuse } from "./inode.js";

/** Linux's, which Go and WASI only pass on. */
export const constants = {
  O_RDONLY: 0,
  O_WRONLY: 1,
  O_RDWR: 2,
  O_CREAT: 0x40,
  O_EXCL: 0x80,
  O_TRUNC: 0x200,
  O_APPEND: 0x400,
  O_SYNC: 0x10_1000,
  O_DIRECTORY: 0x1_0000,
  O_NOFOLLOW: 0x2_0000,
};

/** What a descriptor leads to. */
export interface OpenFile {
  readonly inode: Inode;
  readonly flags: number;
  position: number;
}

/** What files take of memory and who has them open: what all changes of files and descriptors go through. */
export class Disk {
  /** By descriptor; 0, 1 and 2 are the program's streams. */
  readonly #open: (OpenFile | undefined)[] = [undefined, undefined, undefined];
  /** How many bytes all files may have together. */
  maxBytes: number;
  readOnly = false;
  #used = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** @throws EBADF */
  file(fd: number): OpenFile {
    return this.#open[fd] ?? refuse("EBADF", fd);
  }

  /** @returns the lowest free descriptor, which it is from now on */
  open(inode: Inode, flags: number): number {
    const free = this.#open.indexOf(undefined, 3);
    const fd = free < 0 ? this.#open.length : free;
    this.#open[fd] = { inode, flags, position: 0 };
    return fd;
  }

  close(fd: number): void {
    const { inode } = this.file(fd);
    this.#open[fd] = undefined;
    this.#forget(inode);
  }

  /** @throws EISDIR, EINVAL, EROFS, ENOSPC, EFBIG */
  resize(inode: Inode, size: number): void {
    if (inode.kind === Kind.Directory) refuse("EISDIR");
    if (!Number.isInteger(size) || size < 0) refuse("EINVAL");
    this.change();
    const used = this.#used + size - inode.size;
    if (used > this.maxBytes) refuse("ENOSPC");
    try {
      inode.resize(size);
    } catch {
      // More than an array can hold, or than there is memory for.
      refuse(size > 2 ** 31 ? "EFBIG" : "ENOSPC");
    }
    this.#used = used;
  }

  /** @throws EROFS */
  set(inode: Inode, { mode = inode.mode, ...fields }: Partial<Inode>): void {
    this.change();
    Object.assign(inode, fields, { mode: (inode.mode & KINDS) | (mode & ~KINDS), ctimeMs: Date.now() });
  }

  /** It has lost one of its names. */
  unlinked(inode: Inode): void {
    inode.nlink--;
    inode.ctimeMs = Date.now();
    this.#forget(inode);
  }

  /** Frees what cannot be reached any more. */
  #forget(inode: Inode): void {
    if (inode.nlink > 0 || this.#open.some((file) => file?.inode === inode)) return;
    this.#used -= inode.kind === Kind.File ? inode.size : 0;
    inode.room = new Uint8Array(0);
    inode.size = 0;
  }

  /** @throws EROFS if nothing may change */
  change(): void {
    if (this.readOnly) refuse("EROFS");
  }
}
