// What is used of a file system: the synchronous functions of node:fs.

type Stat = {
  dev: bigint;
  ino: bigint;
  nlink: bigint;
  size: bigint;
  atimeNs: bigint;
  mtimeNs: bigint;
  ctimeNs: bigint;
  isDirectory(): boolean;
  isFile(): boolean;
  isSymbolicLink(): boolean;
  isCharacterDevice(): boolean;
  isBlockDevice(): boolean;
  isFIFO(): boolean;
  isSocket(): boolean;
};

/** What tells the kind of a file, of its status and of an entry of a directory. */
export type Kind = Pick<
  Stat,
  "isDirectory" | "isFile" | "isSymbolicLink" | "isCharacterDevice" | "isBlockDevice" | "isFIFO" | "isSocket"
>;
export type { Stat };

/** The synchronous functions of `node:fs`, as far as a WASI program needs them. */
export interface SyncFiles {
  readonly constants: Readonly<Record<string, number | undefined>>;
  /** False where descriptors 0, 1 and 2 are not those of the file system. */
  readonly hasStreams?: boolean;
  openSync(path: string, flags: number, mode?: number): number;
  closeSync(fd: number): void;
  readSync(fd: number, buffer: Uint8Array, offset: number, length: number, position: number | null): number;
  writeSync(fd: number, buffer: Uint8Array, offset: number, length: number, position: number | null): number;
  fstatSync(fd: number, options: { bigint: true }): Stat;
  lstatSync(path: string, options: { bigint: true }): Stat;
  statSync(path: string): { isDirectory(): boolean };
  realpathSync(path: string): string;
  readdirSync(path: string, options: { withFileTypes: true }): (Kind & { name: string })[];
  readlinkSync(path: string): string;
  mkdirSync(path: string): unknown;
  rmdirSync(path: string): void;
  unlinkSync(path: string): void;
  renameSync(from: string, to: string): void;
  linkSync(from: string, to: string): void;
  symlinkSync(target: string, path: string): void;
  ftruncateSync(fd: number, length: number): void;
  fsyncSync(fd: number): void;
  futimesSync(fd: number, atime: number, mtime: number): void;
  lutimesSync(path: string, atime: number, mtime: number): void;
}

/** Preview 1's `$filetype`. A pipe is a stream socket, as it has no type of its own: what reads it must not seek. */
export enum FileType {
  Unknown = 0,
  BlockDevice = 1,
  CharacterDevice = 2,
  Directory = 3,
  RegularFile = 4,
  StreamSocket = 6,
  SymbolicLink = 7,
}

/** The type of a file of the host's. */
export function fileType(kind: Kind): FileType {
  if (kind.isFile()) return FileType.RegularFile;
  if (kind.isDirectory()) return FileType.Directory;
  if (kind.isSymbolicLink()) return FileType.SymbolicLink;
  if (kind.isCharacterDevice()) return FileType.CharacterDevice;
  if (kind.isBlockDevice()) return FileType.BlockDevice;
  return kind.isFIFO() || kind.isSocket() ? FileType.StreamSocket : FileType.Unknown;
}
