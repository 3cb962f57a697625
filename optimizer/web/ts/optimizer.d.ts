/** The part that is used of the module that wasm-pack generates from `optimizer/web/src`. */

/** An optimized module in the memory of the WebAssembly. */
export class Optimized {
  readonly wasm: Uint8Array;
  /** JSON. */
  readonly report: string;
  /** Consumes it. */
  pack(
    name: string,
    encoded: readonly (readonly [encoding: string, encoder: string, bytes: Uint8Array])[],
  ): [string, Uint8Array][];
}

export function optimize(wasm: Uint8Array, options: string, onStage: (name: string) => void): Optimized;

/** @returns JSON */
export function inspect(wasm: Uint8Array): string;

/** Has `check` ask this function for what brotli makes of a file. */
export function setBrotli(encode: (bytes: Uint8Array, quality: number, windowBits?: number) => Uint8Array): void;

/** @returns JSON */
export function check(wasm: Uint8Array, name: string, platforms: string[], exact: boolean): string;

/** Compiles and instantiates the wasm. */
export default function init(input: { module_or_path: URL | Uint8Array }): Promise<unknown>;
