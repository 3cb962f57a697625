import { TextDecoder, TextEncoder } from "../host/text.js";
import type { GoMemory } from "./memory.js";

const encoder = /* @__PURE__ */ new TextEncoder();
const decoder = /* @__PURE__ */ new TextDecoder();

// Above this many bytes TextDecoder and TextEncoder beat a loop over characters.
const SHORT = 32;
// Enough for the property names of a program's hot code; each costs one pointer.
const CACHE_SLOTS = 1024;

/**
 * Go strings to JavaScript strings and back.
 *
 * Property names and literals are at fixed addresses in the read-only data of Go, so most reads are of a string that
 * was read from the same place before. Such a string is cached by its address. Go also reuses memory, so a cached
 * string counts only if its characters equal the bytes that are there now.
 */
export class StringCodec {
  readonly #cache: string[] = new Array(CACHE_SLOTS).fill("");
  readonly #memory: GoMemory;

  constructor(memory: GoMemory) {
    this.#memory = memory;
  }

  /** Decodes the Go string whose header (pointer, length) is at `address`. Bytes that are not UTF-8 become U+FFFD. */
  read(address: number): string {
    const start = this.#memory.getUint32(address);
    const length = this.#memory.getUint32(address + 8);
    if (length > SHORT) return this.#decode(start, length);
    const slot = (start + length) % CACHE_SLOTS;
    const known = this.#cache[slot] as string;
    if (known.length === length && this.#equals(known, start)) return known;
    const text = asciiToString(this.#memory.bytes, start, start + length);
    if (text === undefined) return this.#decode(start, length);
    this.#cache[slot] = text;
    return text;
  }

  #equals(ascii: string, start: number): boolean {
    const bytes = this.#memory.bytes;
    for (let i = 0; i < ascii.length; i++) {
      if (ascii.charCodeAt(i) !== bytes[start + i]) return false;
    }
    return true;
  }

  #decode(start: number, length: number): string {
    return decoder.decode(this.#memory.bytes.subarray(start, start + length));
  }
}

/** Encodes `text` as UTF-8; lone surrogates become U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** How many bytes {@link writeUtf8} writes for `text`. */
export function utf8Length(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) length++;
    if (unit > 0x7ff) length++;
    // The pair counts 4 bytes: 3 for its first half, and 1 that its second half has in `text.length`.
    if (unit >= 0xd800 && unit <= 0xdbff && isLowSurrogate(text.charCodeAt(i + 1))) i++;
  }
  return length;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** Writes `text` as UTF-8 to `bytes` from `start` on; lone surrogates become U+FFFD. */
export function writeUtf8(text: string, bytes: Uint8Array, start: number, length: number): void {
  // As many bytes as characters: all are ASCII.
  if (length === text.length && length <= SHORT) {
    for (let i = 0; i < length; i++) bytes[start + i] = text.charCodeAt(i);
  } else {
    encoder.encodeInto(text, bytes.subarray(start, start + length));
  }
}

function asciiToString(bytes: Uint8Array, start: number, end: number): string | undefined {
  for (let i = start; i < end; i++) {
    if ((bytes[i] as number) > 0x7f) return undefined;
  }
  let text = "";
  let at = start;
  // Eight characters per call: each call and each concatenation costs more than a character.
  for (; at + 8 <= end; at += 8) {
    text += String.fromCharCode(
      bytes[at] as number,
      bytes[at + 1] as number,
      bytes[at + 2] as number,
      bytes[at + 3] as number,
      bytes[at + 4] as number,
      bytes[at + 5] as number,
      bytes[at + 6] as number,
      bytes[at + 7] as number,
    );
  }
  for (; at < end; at++) text += String.fromCharCode(bytes[at] as number);
  return text;
}
