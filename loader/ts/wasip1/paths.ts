// Paths of a WASI program, which never lead out of the directory that they begin in.

import { fail } from "./errno.js";
import type { Stat, SyncFiles } from "./sync-files.js";

/** A directory that a program has: one that it was given (a preopen), or one below. */
export interface Place {
  /** What the program calls the preopen, without a slash at the end. */
  readonly guest: string;
  /** Where the file system has it, without a slash at the end. */
  readonly host: string;
  /** The way down from there; none is a link. */
  readonly segments: readonly string[];
  /** The path for the file system: no link is on the way. */
  readonly path: string;
}

/** The place that so many names lead to from a preopen. */
export function placeIn(guest: string, host: string, segments: readonly string[] = []): Place {
  return { guest, host, segments, path: [host, ...segments].join("/") || "/" };
}

/** Where a path leads to. */
export interface Found {
  readonly place: Place;
  /** Nothing where there is no such file, in a directory that there is. */
  readonly stat: Stat | undefined;
  /** Whether the path says that it is a directory, by a slash or a dot at its end. */
  readonly mustBeDirectory: boolean;
}

// Linux has the same limit.
const MOST_LINKS = 40;

/**
 * Follows a path, link by link, because a file system that does it by itself does not know where the program has to
 * stay. `..` and links lead at most up to the directory where the path begins; an absolute link refers to what the
 * program calls so.
 *
 * The answer holds as long as nobody else turns directories into links meanwhile. The program itself cannot, because it
 * is not running. Another process of the same machine could, in a directory that both write to; opened files are safe
 * even then if the host has O_NOFOLLOW, except for links further up.
 *
 * @param follow whether a link at the end is followed, too
 */
export function find(fs: SyncFiles, from: Place, path: string, follow: boolean): Found {
  if (path === "") fail("ENOENT");
  if (path.includes("\0")) fail("EINVAL");
  if (path.startsWith("/")) fail("ENOTCAPABLE");
  const names = [...from.segments];
  const ahead = path.split("/").reverse();
  const mustBeDirectory = /(^|\/)\.{0,2}$/.test(path);
  const here = () => placeIn(from.guest, from.host, names);
  let stat = status(fs, from.path);
  for (let links = 0; ahead.length > 0; ) {
    const name = ahead.pop() as string;
    // Everything on the way must be a directory, but not the last name.
    if (!(stat ?? fail("ENOENT")).isDirectory()) fail("ENOTDIR");
    if (name === "" || name === ".") continue;
    const isLast = ahead.every((name) => name === "");
    if (name === "..") {
      if (names.length <= from.segments.length) fail("ENOTCAPABLE");
      names.pop();
    } else {
      if (isForbidden(name)) fail("EINVAL");
      names.push(name);
    }
    stat = status(fs, here().path);
    if (stat?.isSymbolicLink() && (follow || ahead.length > 0)) {
      if (++links > MOST_LINKS) fail("ELOOP");
      const target = fs.readlinkSync(here().path);
      names.pop();
      ahead.push(...inside(target, from, names).split("/").reverse());
      stat = status(fs, here().path);
    } else if (isLast) break;
  }
  if (mustBeDirectory && stat?.isDirectory() === false) fail("ENOTDIR");
  return { place: here(), stat, mustBeDirectory };
}

/** A link's target, relative to `names`, which for an absolute one is set back to where the path began. */
function inside(target: string, from: Place, names: string[]): string {
  if (!target.startsWith("/")) return target;
  const root = [from.guest, ...from.segments].join("/");
  if (target !== root && !target.startsWith(`${root}/`)) fail("ENOTCAPABLE");
  names.length = from.segments.length;
  return target.slice(root.length).replace(/^\/+/, "") || ".";
}

function status(fs: SyncFiles, path: string): Stat | undefined {
  try {
    return fs.lstatSync(path, { bigint: true });
  } catch (error) {
    if ((error as { code?: unknown }).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Names that lead elsewhere on Windows: both slashes are separators there, and a colon names a drive or a stream. */
function isForbidden(name: string): boolean {
  return globalThis.process?.platform === "win32" && /[\\:]/.test(name);
}
