declare module "*/optimizer-full.js" {
  /** @returns JSON */
  export function sizesData(wasm: Uint8Array, packed: Uint8Array, name: string): string;
  /** @returns JSON */
  export function why(wasm: Uint8Array, packed: Uint8Array, name: string): string;
  /** @returns JSON */
  export function diff(old: Uint8Array, oldPacked: Uint8Array, now: Uint8Array, packed: Uint8Array): string;
  /** Compiles and instantiates the wasm. */
  export default function init(input: { module_or_path: URL }): Promise<unknown>;
}
