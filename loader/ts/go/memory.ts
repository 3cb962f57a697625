/**
 * Typed views of a Go program's linear memory, made once and kept until the memory grows.
 *
 * Go's stack slots, refs and slice headers are all aligned to 8 bytes (`cmd/compile`'s wasm ABI), so plain typed arrays can
 * serve where a DataView would be needed otherwise. Addresses are byte offsets from 0 up to 4 GiB.
 */
export class GoMemory {
  /** The memory as bytes. Valid until the next entry into Go: take it anew after every call that may run JavaScript. */
  bytes = new Uint8Array(0);
  private words = new Uint32Array(0);
  private doubles = new Float64Array(0);
  private memory: WebAssembly.Memory | undefined;

  /** Starts to serve `memory`. */
  attach(memory: WebAssembly.Memory): void {
    this.memory = memory;
    this.refresh();
  }

  /** Makes new views; needed whenever the memory may have grown. */
  refresh(): void {
    if (this.memory === undefined) return;
    const buffer = this.memory.buffer;
    this.bytes = new Uint8Array(buffer);
    this.words = new Uint32Array(buffer);
    this.doubles = new Float64Array(buffer);
  }

  /**
   * Makes new views if the old ones died. Go announces growth itself (`runtime.resetMemoryDataView`); this also covers growth
   * from outside. A detached view has length 0, which is far cheaper to ask than `memory.buffer`.
   */
  check(): void {
    if (this.bytes.length === 0) this.refresh();
  }

  getUint32(address: number): number {
    return this.words[address >>> 2] as number;
  }

  getInt32(address: number): number {
    return (this.words[address >>> 2] as number) | 0;
  }

  setUint32(address: number, value: number): void {
    this.words[address >>> 2] = value;
  }

  /** Reads a Go `int64` as a number: exact up to 2^53, rounded beyond. */
  getInt64(address: number): number {
    const index = address >>> 2;
    return (this.words[index] as number) + ((this.words[index + 1] as number) | 0) * 0x1_0000_0000;
  }

  /** Writes an integer (or NaN, as 0) as a Go `int64`; fractions are cut off. */
  setInt64(address: number, value: number): void {
    const index = address >>> 2;
    this.words[index] = value;
    this.words[index + 1] = Math.floor(value / 0x1_0000_0000);
  }

  getFloat64(address: number): number {
    return this.doubles[address >>> 3] as number;
  }

  setFloat64(address: number, value: number): void {
    this.doubles[address >>> 3] = value;
  }

  setBool(address: number, value: boolean): void {
    this.bytes[address] = value ? 1 : 0;
  }

  /** The bytes of the Go slice or string whose header is at `address`, without a copy. */
  slice(address: number): Uint8Array<ArrayBuffer> {
    const start = this.getUint32(address);
    return this.bytes.subarray(start, start + this.getUint32(address + 8));
  }
}
