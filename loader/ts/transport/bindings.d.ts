// What the loader uses of the module that wasm-pack generates from `loader/src`. The build replaces this file by that
// module.

/** A brotli stream of known decoded size. */
export class StreamDecoder {
  constructor(expected: number, dictionary?: Uint8Array);
  push(chunk: Uint8Array): void;
  pull(): Uint8Array;
  finish(): void;
  free(): void;
}

/** What `pull` and `finish` throw. */
export class DecodeFailure {
  readonly code: "corrupt" | "truncated" | "too-large" | "too-small" | "trailing";
  readonly message: string;
  free(): void;
}

/** Incremental SHA-256. */
export class StreamHash {
  constructor();
  update(bytes: Uint8Array): void;
  hex(): string;
  free(): void;
}

/** Compiles and instantiates the wasm; by default from next to this module. */
export default function init(input?: { module_or_path: Response | Uint8Array }): Promise<unknown>;
