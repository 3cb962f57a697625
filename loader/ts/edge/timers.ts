/** A program's timers; on whose behalf it runs when one is due is decided elsewhere. */
export class EdgeTimers {
  readonly #due = new Map<number, number>();
  #nextId = 1;
  readonly #wake: () => void;
  readonly #onChange: () => void;

  /**
   * @param wake enters Go; a timer that Go does not clear then is set again, because the note it stands for may not
   *   have been due yet
   * @param onChange is told that something may be due earlier than before
   */
  constructor(wake: () => void, onChange: () => void) {
    this.#wake = wake;
    this.#onChange = onChange;
  }

  /** Sets a timer to `delay` milliseconds from now, and answers its id. */
  schedule(delay: number): number {
    const id = this.#nextId++;
    this.#due.set(id, performance.now() + delay);
    this.#onChange();
    return id;
  }

  clear(id: number): void {
    this.#due.delete(id);
  }

  clearAll(): void {
    this.#due.clear();
  }

  /** In how many milliseconds the next one is due; Infinity if there is none. */
  get pause(): number {
    return Math.max(0, Math.min(...this.#due.values()) - performance.now());
  }

  /** Wakes the program if it is time. */
  fire(): void {
    if (this.pause > 0) return;
    const now = performance.now();
    const due = [...this.#due].filter(([, at]) => at <= now).map(([id]) => id);
    this.#wake();
    for (const id of due) if (this.#due.has(id)) this.#due.set(id, now + 1);
  }
}
