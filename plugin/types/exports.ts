// What a WebAssembly module exports, by its own types.

/** A function, or something else. */
export type Exported =
  | { name: string; kind: "function"; params: readonly ValueType[]; results: readonly ValueType[] }
  | { name: string; kind: "table" | "memory" | "global" | "tag" };

/** The types of Go's programs, and whatever else. */
export type ValueType = "i32" | "i64" | "f32" | "f64" | "other";

type Signature = Pick<Extract<Exported, { kind: "function" }>, "params" | "results">;

const SECTIONS = { type: 1, import: 2, function: 3, export: 7 };
const KINDS = ["function", "table", "memory", "global", "tag"] as const;

/**
 * @throws {RangeError} where the module ends too early, {@link Unknown} where it uses what Go does not
 */
export function exportsOf(wasm: Uint8Array): Exported[] {
  const sections = sectionsOf(wasm);
  const reader = (id: number) => new Reader(sections.get(id) ?? Uint8Array.of(0));
  const types = reader(SECTIONS.type).list(signature);
  const imported = reader(SECTIONS.import)
    .list(importedType)
    .filter((type) => type !== undefined);
  const functions = [...imported, ...reader(SECTIONS.function).list((from) => from.number())];
  return reader(SECTIONS.export).list((from): Exported => {
    const name = from.text();
    const kind = KINDS[from.byte()] ?? from.unknown();
    const index = from.number();
    if (kind !== "function") return { name, kind };
    return { name, kind, ...(types[functions[index] ?? -1] ?? from.unknown()) };
  });
}

/** A module has something that is not read here. */
export class Unknown extends Error {}

function sectionsOf(wasm: Uint8Array): Map<number, Uint8Array> {
  const reader = new Reader(wasm, 8);
  const sections = new Map<number, Uint8Array>();
  while (!reader.isAtEnd) {
    const id = reader.byte();
    sections.set(id, reader.bytes(reader.number()));
  }
  return sections;
}

function signature(from: Reader): Signature {
  if (from.byte() !== 0x60) from.unknown();
  return { params: from.list(valueType), results: from.list(valueType) };
}

function valueType(from: Reader): ValueType {
  const [code, types] = [from.byte(), { 127: "i32", 126: "i64", 125: "f32", 124: "f64" } as const];
  // References to a type of one's own have more to them than this byte.
  if (code === 0x63 || code === 0x64) from.number();
  return types[code as keyof typeof types] ?? "other";
}

/** The type of an imported function; undefined for what else may be imported, which none of Go's modules does. */
function importedType(from: Reader): number | undefined {
  from.text();
  from.text();
  const kind = KINDS[from.byte()];
  if (kind === "function") return from.number();
  if (kind === "global") from.bytes(2);
  else if (kind === "memory") from.limits();
  else from.unknown();
  return undefined;
}

class Reader {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get isAtEnd() {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new RangeError("the module ends too early");
    return byte;
  }

  bytes(count: number): Uint8Array {
    const bytes = this.#bytes.subarray(this.#at, this.#at + count);
    this.#at += count;
    return bytes;
  }

  /** LEB128 without a sign. */
  number(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  text(): string {
    return new TextDecoder().decode(this.bytes(this.number()));
  }

  list<T>(read: (from: Reader) => T): T[] {
    return Array.from({ length: this.number() }, () => read(this));
  }

  limits(): void {
    const flags = this.number();
    this.number();
    if (flags & 1) this.number();
  }

  unknown(): never {
    throw new Unknown("the module has something that Go's do not have");
  }
}
