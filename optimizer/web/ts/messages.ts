// What `brotli()` and its worker say to each other.

/** The only message to the worker. */
export interface ToEncoder {
  bytes: Uint8Array;
  quality: number;
}

/** Messages from the worker; the last has `packed` or `error`. */
export type FromEncoder = { taken: number } | { packed: Uint8Array } | { error: string };
