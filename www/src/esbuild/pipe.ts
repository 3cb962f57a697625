/** A pipe with one reader: what is written waits until it is asked for. Serves as a Go program's stdin. */
export class Pipe {
  readonly #chunks: Uint8Array[] = [];
  #wake: (() => void) | undefined;
  #closed = false;

  /** Appends bytes; they are not copied. */
  write(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.#wake?.();
  }

  /** Lets the reader see the end of the input once all is read. */
  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  /** At most `max` bytes as soon as there are any; null at the end. */
  read = async (max: number): Promise<Uint8Array | null> => {
    while (this.#chunks.length === 0 && !this.#closed) {
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
    const first = this.#chunks.shift();
    if (!first) return null;
    if (first.length > max) this.#chunks.unshift(first.subarray(max));
    return first.subarray(0, max);
  };
}
