/** The module that wasm-pack generates from `optimizer/encoder`. */

export function brotli(bytes: Uint8Array, quality: number, onProgress: (taken: number) => void): Uint8Array;

export function brotliWithWindow(bytes: Uint8Array, quality: number, windowBits?: number): Uint8Array;

/** Compiles and instantiates the wasm. */
export default function init(input: { module_or_path: URL | Uint8Array }): Promise<unknown>;
