// The files of a file system in memory, as `gowasp/fs` keeps them and a worker sends them.

/** A file of a {@link Snapshot}. */
export interface SnapshotFile {
  path: string;
  /** The same for two names of one file. */
  ino: number;
  mode: number;
  mtimeMs: number;
  /** A file's bytes, or a link's target; nothing for a directory. */
  content: Uint8Array<ArrayBuffer> | string | undefined;
}

/** All files of a file system, to be kept or sent elsewhere: `postMessage` and IndexedDB can copy it. */
export interface Snapshot {
  files: SnapshotFile[];
  maxBytes: number;
  readOnly: boolean;
}
