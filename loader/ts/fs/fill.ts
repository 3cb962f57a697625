// Files from elsewhere, put into a file system.

import { GowaspError } from "../errors.js";
import { find, placeIn } from "../wasip1/paths.js";
import type { SyncFiles } from "../wasip1/sync-files.js";
import { entriesOfTar, type TarEntry } from "./tar.js";

/** Where bytes come from; a string is an address. */
export type FileSource = string | URL | Response | Blob | ReadableStream | ArrayBuffer | ArrayBufferView<ArrayBuffer>;

/**
 * Fetches files, and writes them where they are to be; directories that lead there are made.
 *
 * @param fs what `memoryFiles()` makes, or `node:fs`
 * @param files by their paths
 * @throws {GowaspError} `network`, `http-status`; what `fs` throws
 */
export async function fetchFiles(fs: SyncFiles, files: Readonly<Record<string, FileSource>>): Promise<void> {
  const all = Object.entries(files).map(async ([path, source]) => [path, await bytesOf(source)] as const);
  for (const [path, bytes] of await Promise.all(all)) {
    makeWay(fs, path);
    write(fs, path, bytes, 0o644);
  }
}

/**
 * Unpacks a tar archive, also one that is compressed by gzip. Nothing gets out of the directory: no file is written
 * elsewhere, neither by its name nor through a link, and no link is made that leads elsewhere.
 *
 * @param fs what `memoryFiles()` makes, or `node:fs`
 * @param directory is there
 * @throws {GowaspError} `network`, `http-status`, `decode`; an error whose code is ENOTCAPABLE for a name or link that
 *   leads out, and what `fs` throws: then a part of the files is there
 */
export async function untar(fs: SyncFiles, source: FileSource, directory = "/"): Promise<void> {
  const bytes = await bytesOf(source);
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const archive = isGzip
    ? await bytesOf(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")))
    : bytes;
  const root = placeIn("", fs.realpathSync(directory).replace(/\/+$/, ""));
  const at = (name: string, follow = false) => find(fs, root, name.replace(/^\/+/, "") || ".", follow);
  for (const entry of entriesOfTar(archive)) unpack(fs, entry, at);
}

function unpack(fs: SyncFiles, entry: TarEntry, at: (name: string, follow?: boolean) => ReturnType<typeof find>): void {
  const { kind, target, bytes, mode, mtime } = entry;
  const name = entry.name.replace(/\/+$/, "");
  const parents = name.split("/").slice(0, -1);
  for (let depth = 1; depth <= parents.length; depth++) {
    const { stat, place } = at(parents.slice(0, depth).join("/"), true);
    if (!stat) fs.mkdirSync(place.path);
  }
  const { stat, place } = at(name);
  if (kind === "directory") {
    if (!stat) fs.mkdirSync(place.path);
    return;
  }
  if (stat && !stat.isDirectory()) fs.unlinkSync(place.path);
  if (kind === "hard link") fs.linkSync(at(target).place.path, place.path);
  else if (kind === "link") {
    // Fails if it leads out. It may not exist yet.
    allowMissing(() => at(target.startsWith("/") ? "../" : [...parents, target].join("/"), true));
    fs.symlinkSync(target, place.path);
  } else {
    write(fs, place.path, bytes, mode & 0o777);
    fs.lutimesSync(place.path, mtime, mtime);
  }
}

function allowMissing(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if ((error as { code?: unknown }).code !== "ENOENT") throw error;
  }
}

function makeWay(fs: SyncFiles, path: string): void {
  const names = path.split("/").slice(0, -1);
  for (let depth = 1; depth <= names.length; depth++) {
    try {
      fs.mkdirSync(names.slice(0, depth).join("/") || "/");
    } catch (error) {
      if (!["EEXIST", "EISDIR"].includes(String((error as { code?: unknown }).code))) throw error;
    }
  }
}

function write(fs: SyncFiles, path: string, bytes: Uint8Array, mode: number): void {
  const { O_WRONLY = 0, O_CREAT = 0, O_TRUNC = 0 } = fs.constants;
  const fd = fs.openSync(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
  try {
    for (let done = 0; done < bytes.length; ) done += fs.writeSync(fd, bytes, done, bytes.length - done, null);
  } finally {
    fs.closeSync(fd);
  }
}

async function bytesOf(source: FileSource): Promise<Uint8Array<ArrayBuffer>> {
  const address = typeof source === "string" || source instanceof URL ? String(source) : undefined;
  try {
    const response =
      address !== undefined
        ? await fetch(address)
        : source instanceof Response
          ? source
          : new Response(source as BodyInit);
    if (!response.ok) {
      const { status, url } = response;
      throw new GowaspError("http-status", `${url} was answered with status ${status}`, { status });
    }
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    if (cause instanceof GowaspError) throw cause;
    throw new GowaspError("network", `${address ?? "the file"} could not be read: ${(cause as Error).message}`, {
      cause,
    });
  }
}
