// Tar archives: ustar, with the long names of pax and of GNU.

import { GowaspError } from "../errors.js";
import { encodeUtf8 } from "../go/strings.js";
import { TextDecoder } from "../host/text.js";

/** A file of an archive. */
export interface TarEntry {
  name: string;
  kind: "file" | "directory" | "link" | "hard link";
  /** Of a link. */
  target: string;
  mode: number;
  /** In seconds since 1970. */
  mtime: number;
  bytes: Uint8Array<ArrayBuffer>;
}

const BLOCK = 512;
const KINDS: Readonly<Record<string, TarEntry["kind"]>> = {
  "\0": "file",
  "0": "file",
  "7": "file",
  "1": "hard link",
  "2": "link",
  "5": "directory",
};

const decoder = new TextDecoder();

/**
 * The files of an archive, in its order; devices and the like are left out.
 *
 * @throws {GowaspError} `decode`
 */
export function* entriesOfTar(archive: Uint8Array<ArrayBuffer>): Generator<TarEntry> {
  let long: Record<string, string> = {};
  let at = 0;
  while (at + BLOCK <= archive.length) {
    const header = archive.subarray(at, at + BLOCK);
    // Two blocks of zeros are the end; all readers are content with one.
    if (header.every((byte) => byte === 0)) return;
    if (!hasChecksum(header)) throw damaged(at);
    const size = Number(long.size ?? number(header, 124, 12));
    const bytes = archive.subarray(at + BLOCK, at + BLOCK + size);
    if (!(size >= 0) || bytes.length < size) throw damaged(at);
    const type = String.fromCharCode(header[156] as number);
    const kind = KINDS[type];
    if (type === "x") long = { ...long, ...paxRecords(bytes) };
    else if (type === "L") long.path = text(bytes, 0, size);
    else if (type === "K") long.linkpath = text(bytes, 0, size);
    else if (type !== "g") {
      const prefix = text(header, 257, 5) === "ustar" ? text(header, 345, 155) : "";
      const name = long.path ?? (prefix ? `${prefix}/` : "") + text(header, 0, 100);
      const target = long.linkpath ?? text(header, 157, 100);
      const mtime = Number(long.mtime ?? number(header, 136, 12));
      long = {};
      if (kind) yield { name, kind, target, mode: number(header, 100, 8), mtime, bytes };
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  // Some writers leave out the end.
  if (at === 0 || at !== archive.length) throw damaged(at);
}

/** Text up to a NUL. */
function text(bytes: Uint8Array, start: number, length: number): string {
  const field = bytes.subarray(start, start + length);
  const end = field.indexOf(0);
  return decoder.decode(end < 0 ? field : field.subarray(0, end));
}

/** Octal digits; or, as GNU does it, a large number whose first bit is set. */
function number(bytes: Uint8Array, start: number, length: number): number {
  const field = bytes.subarray(start, start + length);
  if (((field[0] ?? 0) & 0x80) === 0) return Number.parseInt(text(field, 0, length).trim() || "0", 8);
  return field.subarray(1).reduce((sum, byte) => sum * 256 + byte, (field[0] as number) & 0x3f);
}

function hasChecksum(header: Uint8Array): boolean {
  const sum = header.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  return sum === number(header, 148, 8);
}

/** `LENGTH NAME=VALUE\n`, where LENGTH is in bytes, of all of it. */
function paxRecords(bytes: Uint8Array): Record<string, string> {
  const records: Record<string, string> = {};
  for (let rest = decoder.decode(bytes); rest !== ""; ) {
    const length = Number.parseInt(rest, 10);
    if (!(length > 0)) break;
    const record = decoder.decode(encodeUtf8(rest).subarray(0, length));
    const [, name = "", value = ""] = /^\d+ ([^=]*)=([\s\S]*)\n$/.exec(record) ?? [];
    records[name] = value;
    rest = rest.slice(record.length);
  }
  return records;
}

function damaged(at: number): GowaspError {
  return new GowaspError("decode", `the tar archive is damaged at byte ${at}, or it is none`);
}
