// Preview 1's error numbers, in the order of `$errno` in typenames.witx (WASI, legacy/preview1), as syscall/tables_wasip1.go
// has them.

const NAMES = (
  "SUCCESS 2BIG ACCES ADDRINUSE ADDRNOTAVAIL AFNOSUPPORT AGAIN ALREADY BADF BADMSG BUSY CANCELED CHILD CONNABORTED " +
  "CONNREFUSED CONNRESET DEADLK DESTADDRREQ DOM DQUOT EXIST FAULT FBIG HOSTUNREACH IDRM ILSEQ INPROGRESS INTR INVAL IO " +
  "ISCONN ISDIR LOOP MFILE MLINK MSGSIZE MULTIHOP NAMETOOLONG NETDOWN NETRESET NETUNREACH NFILE NOBUFS NODEV NOENT " +
  "NOEXEC NOLCK NOLINK NOMEM NOMSG NOPROTOOPT NOSPC NOSYS NOTCONN NOTDIR NOTEMPTY NOTRECOVERABLE NOTSOCK NOTSUP NOTTY " +
  "NXIO OVERFLOW OWNERDEAD PERM PIPE PROTO PROTONOSUPPORT PROTOTYPE RANGE ROFS SPIPE SRCH STALE TIMEDOUT TXTBSY XDEV " +
  "NOTCAPABLE"
).split(" ");

/** By the names that errors of node:fs have as their `code`; those that preview 1 lacks are EIO. */
export function errnoOf(code: string): number {
  const at = NAMES.indexOf(code.slice(1));
  return at > 0 ? at : errnoOf(code.startsWith("ERR_") ? "EINVAL" : (SYNONYMS[code] ?? "EIO"));
}

const SYNONYMS: Readonly<Record<string, string>> = { EOPNOTSUPP: "ENOTSUP", EWOULDBLOCK: "EAGAIN" };

/** What a failure of a host function answers: anything else than an errno would end the program. */
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
