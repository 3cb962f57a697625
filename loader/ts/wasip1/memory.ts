import { TextDecoder } from "../host/text.js";
import { fail } from "./errno.js";

/** A WASI program's memory; addresses are bytes from its start. */
export class WasiMemory {
  #memory: WebAssembly.Memory | undefined;
  #view = new DataView(new ArrayBuffer(0));
  #bytes = new Uint8Array(0);
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

  attach(memory: WebAssembly.Memory): void {
    this.#memory = memory;
  }

  /** For numbers. Valid until the program runs again, as the memory may grow then. */
  get view(): DataView {
    this.#refresh();
    return this.#view;
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    this.#refresh();
    return this.#bytes;
  }

  /** Bytes in place; EFAULT where there are none. */
  slice(address: number, length: number): Uint8Array<ArrayBuffer> {
    const { bytes } = this;
    const start = address >>> 0;
    const end = start + (length >>> 0);
    if (end > bytes.length) fail("EFAULT");
    return bytes.subarray(start, end);
  }

  /** The parts of a vector of buffers that is read from or written to: `$iovec` is an address and a length. */
  vectors(address: number, count: number): Uint8Array<ArrayBuffer>[] {
    const { view } = this;
    return Array.from({ length: count >>> 0 }, (_, at) => {
      const vector = (address >>> 0) + at * 8;
      return this.slice(view.getUint32(vector, true), view.getUint32(vector + 4, true));
    });
  }

  text(address: number, length: number): string {
    try {
      return this.#decoder.decode(this.slice(address, length));
    } catch (error) {
      return error instanceof TypeError ? fail("EILSEQ") : fail("EFAULT");
    }
  }

  setUint8(address: number, value: number): void {
    this.view.setUint8(address >>> 0, value);
  }

  setUint16(address: number, value: number): void {
    this.view.setUint16(address >>> 0, value, true);
  }

  setUint32(address: number, value: number): void {
    this.view.setUint32(address >>> 0, value, true);
  }

  setUint64(address: number, value: bigint): void {
    this.view.setBigUint64(address >>> 0, value, true);
  }

  #refresh(): void {
    const buffer = this.#memory?.buffer;
    if (buffer === undefined || buffer === this.#view.buffer) return;
    this.#view = new DataView(buffer);
    this.#bytes = new Uint8Array(buffer);
  }
}
