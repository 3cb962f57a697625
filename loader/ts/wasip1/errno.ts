// Preview 1's error numbers, of `$errno` in typenames.witx (WASI, legacy/preview1), as syscall/tables_wasip1.go has
// them: those that file systems answer with, and this WASI itself.

const NUMBERS: Readonly<Record<string, number>> = {
  EACCES: 2,
  EAGAIN: 6,
  EBADF: 8,
  EBUSY: 10,
  EDQUOT: 19,
  EEXIST: 20,
  EFAULT: 21,
  EFBIG: 22,
  EILSEQ: 25,
  EINTR: 27,
  EINVAL: 28,
  EIO: 29,
  EISDIR: 31,
  ELOOP: 32,
  EMFILE: 33,
  ENAMETOOLONG: 37,
  ENOENT: 44,
  ENOMEM: 48,
  ENOSPC: 51,
  ENOSYS: 52,
  ENOTDIR: 54,
  ENOTEMPTY: 55,
  ENOTSUP: 58,
  EPERM: 63,
  EPIPE: 64,
  EROFS: 69,
  ESPIPE: 70,
  EXDEV: 75,
  ENOTCAPABLE: 76,
};

/** By the names that errors of node:fs have as their `code`; others are EIO. */
export function errnoOf(code: string): number {
  return NUMBERS[code] ?? (code.startsWith("ERR_") ? 28 : 29);
}

/** What a failed host function returns: anything but an errno would end the program. */
export function errnoOfFailure(error: unknown): number {
  const { code } = (error ?? {}) as { code?: unknown };
  if (typeof code === "string") return errnoOf(code);
  // Addresses beyond the memory.
  return errnoOf(error instanceof RangeError ? "EFAULT" : "EIO");
}

/** Ends a host function with an errno. */
export function fail(code: string): never {
  throw Object.assign(new Error(code), { code });
}
