import { GowaspError } from "../errors.js";
import { MemoryFiles, type MemoryOptions } from "./memory.js";

type Directory = FileSystemDirectoryHandle & { entries(): AsyncIterable<[string, FileSystemHandle]> };

/** Files in memory that are saved to the browser's origin private file system. */
export interface OpfsFiles extends MemoryFiles {
  /**
   * Saves what has changed since the last time. Call it when the program has ended, or whenever you want to save.
   *
   * @throws what the browser throws, such as a QuotaExceededError; what could not be written is tried again next time
   */
  flush(): Promise<void>;
}

/**
 * The files of the browser's origin private file system, or of a directory that the page was given, in memory: both
 * kinds of Go programs can use them synchronously, even on a page. Links and modes are not kept.
 *
 * @param directory default: the root of the origin private file system
 * @throws {GowaspError} `unavailable` where there is none
 */
export async function opfsFiles(
  directory?: FileSystemDirectoryHandle,
  options: MemoryOptions = {},
): Promise<OpfsFiles> {
  const root = (directory ?? (await originRoot())) as Directory;
  const files: Record<string, Uint8Array> = {};
  const directories: string[] = [];
  await read(root, "", files, directories);
  const memory = new MemoryFiles(files, { maxBytes: options.maxBytes });
  for (const path of directories) memory.mkdirSync(path, { recursive: true });
  const kept = new Kept(root, memory);
  return Object.assign(memory, { flush: () => kept.flush() });
}

async function originRoot(): Promise<FileSystemDirectoryHandle> {
  if (typeof globalThis.navigator?.storage?.getDirectory !== "function") {
    throw new GowaspError(
      "unavailable",
      "this host has no origin private file system (navigator.storage.getDirectory)",
    );
  }
  return navigator.storage.getDirectory();
}

async function read(
  from: Directory,
  path: string,
  files: Record<string, Uint8Array>,
  directories: string[],
): Promise<void> {
  for await (const [name, handle] of from.entries()) {
    const place = `${path}/${name}`;
    if (handle.kind === "directory") {
      directories.push(place);
      await read(handle as Directory, place, files, directories);
    } else {
      files[place] = new Uint8Array(await (await (handle as FileSystemFileHandle).getFile()).arrayBuffer());
    }
  }
}

/** What the browser has, and how memory differs from it. */
class Kept {
  /** By path, when a file was saved last; nothing for directories. */
  #known: Map<string, string>;
  #last: Promise<void> = Promise.resolve();
  readonly #root: Directory;
  readonly #memory: MemoryFiles;

  constructor(root: Directory, memory: MemoryFiles) {
    this.#root = root;
    this.#memory = memory;
    this.#known = this.#state();
  }

  /** One after the other. */
  flush(): Promise<void> {
    this.#last = this.#last.catch(() => {}).then(() => this.#write());
    return this.#last;
  }

  #state(path = "", into = new Map<string, string>()): Map<string, string> {
    for (const name of this.#memory.readdirSync(path || "/") as string[]) {
      const place = `${path}/${name}`;
      const status = this.#memory.lstatSync(place) as {
        isDirectory(): boolean;
        isFile(): boolean;
        ino: number;
        version: number;
      };
      if (status.isDirectory()) {
        into.set(place, "");
        this.#state(place, into);
      } else if (status.isFile()) into.set(place, `${status.ino} ${status.version}`);
    }
    return into;
  }

  async #write(): Promise<void> {
    const now = this.#state();
    for (const [path, state] of this.#known) {
      const isGone = !now.has(path) || (now.get(path) === "") !== (state === "");
      if (!isGone) continue;
      const { parent } = split(path);
      // Otherwise it went with its parent.
      if (parent === "" || this.#known.has(parent)) await this.#remove(path);
      this.#known.delete(path);
    }
    for (const [path, state] of now) {
      if (this.#known.get(path) === state) continue;
      if (state === "") await this.#directory(path);
      else await this.#file(path);
      this.#known.set(path, state);
    }
  }

  async #remove(path: string): Promise<void> {
    const { parent, name } = split(path);
    await (await this.#directory(parent)).removeEntry(name, { recursive: true });
  }

  async #directory(path: string): Promise<FileSystemDirectoryHandle> {
    let at: FileSystemDirectoryHandle = this.#root;
    for (const name of path.split("/").filter(Boolean)) at = await at.getDirectoryHandle(name, { create: true });
    return at;
  }

  async #file(path: string): Promise<void> {
    const { parent, name } = split(path);
    const handle = await (await this.#directory(parent)).getFileHandle(name, { create: true });
    const bytes = this.#memory.readFileSync(path);
    if (typeof handle.createWritable === "function") {
      const stream = await handle.createWritable();
      await stream.write(bytes);
      await stream.close();
      return;
    }
    // Safari before 26, in workers.
    const { createSyncAccessHandle } = handle as unknown as { createSyncAccessHandle(): Promise<SyncAccess> };
    const access = await createSyncAccessHandle.call(handle);
    access.truncate(0);
    access.write(bytes);
    access.close();
  }
}

interface SyncAccess {
  truncate(size: number): void;
  write(bytes: Uint8Array): number;
  close(): void;
}

function split(path: string): { parent: string; name: string } {
  const at = path.lastIndexOf("/");
  return { parent: path.slice(0, at), name: path.slice(at + 1) };
}
