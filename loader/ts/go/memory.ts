/** A Go program's linear memory, through views that are kept until it grows. Addresses are bytes from its start. */
export class GoMemory {
  /** The memory as bytes. Valid until Go is entered again: read it anew after every call that may run JavaScript. */
  bytes = new Uint8Array(0);
  #view = new DataView(new ArrayBuffer(0));
  #memory: WebAssembly.Memory | undefined;

  /** Starts to serve `memory`. */
  attach(memory: WebAssembly.Memory): void {
    this.#memory = memory;
    this.refresh();
  }

  /** Makes new views; needed whenever the memory may have grown. */
  refresh(): void {
    if (this.#memory === undefined) return;
    const buffer = this.#memory.buffer;
    this.bytes = new Uint8Array(buffer);
    this.#view = new DataView(buffer);
  }

  /**
   * Makes new views if the old ones are detached. Go announces growth itself (`runtime.resetMemoryDataView`); this also
   * covers growth from outside. A detached view has no first byte, which is cheaper to test than its length, and far
   * cheaper than `memory.buffer`.
   */
  check(): void {
    if (this.bytes[0] === undefined) this.refresh();
  }

  getUint32(address: number): number {
    return this.#view.getUint32(address, true);
  }

  getInt32(address: number): number {
    return this.#view.getInt32(address, true);
  }

  setUint32(address: number, value: number): void {
    this.#view.setUint32(address, value, true);
  }

  /** Reads a Go `int64` as a number: exact up to 2^53, rounded beyond. */
  getInt64(address: number): number {
    return this.#view.getUint32(address, true) + this.#view.getInt32(address + 4, true) * 0x1_0000_0000;
  }

  /** Writes an integer (or NaN, as 0) as a Go `int64`; fractions are cut off. */
  setInt64(address: number, value: number): void {
    this.#view.setUint32(address, value, true);
    this.#view.setUint32(address + 4, Math.floor(value / 0x1_0000_0000), true);
  }

  getFloat64(address: number): number {
    return this.#view.getFloat64(address, true);
  }

  setFloat64(address: number, value: number): void {
    this.#view.setFloat64(address, value, true);
  }

  setBool(address: number, value: boolean): void {
    this.#view.setUint8(address, value ? 1 : 0);
  }

  /** The bytes of the Go slice or string whose header is at `address`, without a copy. */
  slice(address: number): Uint8Array<ArrayBuffer> {
    const start = this.getUint32(address);
    return this.bytes.subarray(start, start + this.getUint32(address + 8));
  }
}
