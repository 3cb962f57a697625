// The packets that esbuild's service and its host exchange over stdin and stdout.
//
// A packet is a little-endian u32 length and that many bytes: a u32 holding the number of the request times two,
// plus one in a response, then one value. A value is a tag byte and its payload; strings, byte arrays, lists and
// maps begin with a u32 length or count. Described by esbuild's own `cmd/esbuild/stdio_protocol.go` (0.28.2).

/** What a packet can carry. Numbers are unsigned 32-bit integers. */
export type Value = null | boolean | number | string | Uint8Array | Value[] | { [key: string]: Value };

/** One packet. `id` pairs a response with its request. */
export interface Packet {
  id: number;
  isRequest: boolean;
  value: Value;
}

enum Tag {
  Null,
  Bool,
  Integer,
  String,
  Bytes,
  List,
  Map,
}

const lengthBytes = 4;
const textEncoder = new TextEncoder();
const textDecoder = new TextDecoder();

/** A packet's bytes, its length included. */
export function encodePacket({ id, isRequest, value }: Packet): Uint8Array {
  const parts: Uint8Array[] = [u32(id * 2 + (isRequest ? 0 : 1))];
  encodeValue(value, parts);
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const packet = new Uint8Array(lengthBytes + size);
  packet.set(u32(size));
  let at = lengthBytes;
  for (const part of parts) {
    packet.set(part, at);
    at += part.length;
  }
  return packet;
}

/**
 * Reads a packet's bytes, its length not included.
 *
 * @throws RangeError or Error when they are not one whole packet
 */
export function decodePacket(bytes: Uint8Array): Packet {
  const reader = new Reader(bytes);
  const head = reader.u32();
  const value = reader.value();
  if (!reader.atEnd) throw new Error("esbuild sent a packet with bytes left over");
  return { id: head >>> 1, isRequest: head % 2 === 0, value };
}

/** Cuts a stream of chunks into length-prefixed pieces and hands out each piece without its length. */
export function splitPackets(onPiece: (piece: Uint8Array) => void): (chunk: Uint8Array) => void {
  let pending = new Uint8Array(0);
  return (chunk) => {
    const joined = new Uint8Array(pending.length + chunk.length);
    joined.set(pending);
    joined.set(chunk, pending.length);
    let at = 0;
    while (joined.length - at >= lengthBytes) {
      const end = at + lengthBytes + new DataView(joined.buffer, at).getUint32(0, true);
      if (end > joined.length) break;
      onPiece(joined.subarray(at + lengthBytes, end));
      at = end;
    }
    pending = joined.slice(at);
  };
}

function encodeValue(value: Value, parts: Uint8Array[]): void {
  if (value === null) parts.push(tag(Tag.Null));
  else if (typeof value === "boolean") parts.push(tag(Tag.Bool), Uint8Array.of(Number(value)));
  else if (typeof value === "number") parts.push(tag(Tag.Integer), u32(value));
  else if (typeof value === "string") parts.push(tag(Tag.String), ...counted(textEncoder.encode(value)));
  else if (value instanceof Uint8Array) parts.push(tag(Tag.Bytes), ...counted(value));
  else if (Array.isArray(value)) {
    parts.push(tag(Tag.List), u32(value.length));
    for (const item of value) encodeValue(item, parts);
  } else {
    const entries = Object.entries(value);
    parts.push(tag(Tag.Map), u32(entries.length));
    for (const [key, item] of entries) {
      parts.push(...counted(textEncoder.encode(key)));
      encodeValue(item, parts);
    }
  }
}

const tag = (kind: Tag) => Uint8Array.of(kind);
const counted = (bytes: Uint8Array) => [u32(bytes.length), bytes];

function u32(number: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, number, true);
  return bytes;
}

class Reader {
  #at = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  u32(): number {
    this.#at += 4;
    return this.#view.getUint32(this.#at - 4, true);
  }

  value(): Value {
    const kind = this.#view.getUint8(this.#at++);
    switch (kind) {
      case Tag.Null:
        return null;
      case Tag.Bool:
        return this.#view.getUint8(this.#at++) !== 0;
      case Tag.Integer:
        return this.u32();
      case Tag.String:
        return this.#string();
      case Tag.Bytes:
        return this.#counted().slice();
      case Tag.List:
        return Array.from({ length: this.u32() }, () => this.value());
      case Tag.Map:
        return Object.fromEntries(Array.from({ length: this.u32() }, () => [this.#string(), this.value()]));
      default:
        throw new Error(`esbuild sent a value of unknown kind ${kind}`);
    }
  }

  #string(): string {
    return textDecoder.decode(this.#counted());
  }

  #counted(): Uint8Array {
    const length = this.u32();
    const end = this.#at + length;
    if (end > this.#bytes.length)
      throw new Error(`esbuild sent a packet that ends ${end - this.#bytes.length} bytes early`);
    this.#at = end;
    return this.#bytes.subarray(end - length, end);
  }
}
