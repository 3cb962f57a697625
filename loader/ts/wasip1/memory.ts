import { TextDecoder } from "../host/text.js";
import { fail } from "./errno.js";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A WASI program's memory; addresses are bytes from its start, as the program gives them: signed. */
export class WasiMemory {
  /** The program's, once there is an instance. */
  own: WebAssembly.Memory | undefined;

  /** For numbers. Valid until the program runs again, as the memory may grow then. */
  get view(): DataView {
    return new DataView((this.own as WebAssembly.Memory).buffer);
  }

  /** Bytes in place; EFAULT where there are none. */
  slice(address: number, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array((this.own as WebAssembly.Memory).buffer, address >>> 0, length >>> 0);
  }

  /** The parts of a vector of buffers that is read from or written to: `$iovec` is an address and a length. */
  vectors(address: number, count: number): Uint8Array<ArrayBuffer>[] {
    const words = new Uint32Array(this.slice(address, count * 8).slice().buffer);
    return Array.from({ length: count }, (_, at) => this.slice(words[2 * at] as number, words[2 * at + 1] as number));
  }

  text(address: number, length: number): string {
    const bytes = this.slice(address, length);
    try {
      return decoder.decode(bytes);
    } catch {
      return fail("EILSEQ");
    }
  }

  setUint32(address: number, value: number): void {
    this.view.setUint32(address >>> 0, value, true);
  }

  setUint64(address: number, value: bigint): void {
    this.view.setBigUint64(address >>> 0, value, true);
  }
}
