/**
 * The timers through which Go asks to be woken: at most one or two at a time.
 *
 * Hosts round short timeouts up to 1 ms or, when nested in a page, 4 ms. A wake-up that is due within microseconds goes
 * through a task of the event loop instead, which lets other events pass but does not wait.
 */
export class Timers {
  readonly #cancels = new Map<number, () => void>();
  #nextId = 1;
  readonly #wake: () => void;

  /**
   * @param wake enters Go; a timer that Go does not clear then is armed again, because the note it stands for may not
   * have been due yet
   */
  constructor(wake: () => void) {
    this.#wake = wake;
  }

  /**
   * Arms a timer.
   *
   * @param delay milliseconds, or 0 for the next turn of the event loop
   * @returns its id, from 1 up
   */
  schedule(delay: number): number {
    const id = this.#nextId++;
    this.#arm(id, delay);
    return id;
  }

  /** Disarms a timer; unknown ids are ignored. */
  clear(id: number): void {
    this.#cancels.get(id)?.();
    this.#cancels.delete(id);
  }

  /** Disarms all timers. */
  clearAll(): void {
    for (const id of [...this.#cancels.keys()]) this.clear(id);
  }

  #arm(id: number, delay: number): void {
    const fire = (): void => {
      this.#wake();
      if (this.#cancels.has(id)) this.#arm(id, 1);
    };
    this.#cancels.set(id, delay > 0 ? afterDelay(fire, delay) : nextTurn(fire));
  }
}

/** Hosts keep delays in 32 bits; a longer one would be over at once (HTML, timer initialization steps). */
const LONGEST = 2 ** 31 - 1;

function afterDelay(fire: () => void, delay: number): () => void {
  let handle: ReturnType<typeof setTimeout>;
  const wait = (rest: number): void => {
    handle = rest > LONGEST ? setTimeout(() => wait(rest - LONGEST), LONGEST) : setTimeout(fire, rest);
  };
  wait(delay);
  return () => clearTimeout(handle);
}

type Immediates = { setImmediate?: (fire: () => void) => unknown; clearImmediate?: (handle: unknown) => void };

/**
 * Calls `fire` in a task of its own. With setImmediate, Node stays alive until then; with a message port it would stay
 * alive forever.
 */
function nextTurn(fire: () => void): () => void {
  const { setImmediate, clearImmediate } = globalThis as Immediates;
  if (setImmediate && clearImmediate) {
    const handle = setImmediate(fire);
    return () => clearImmediate(handle);
  }
  let cancelled = false;
  turns.push(() => {
    if (!cancelled) fire();
  });
  channel ??= openChannel();
  channel.port2.postMessage(null);
  return () => {
    cancelled = true;
  };
}

// One channel serves all programs of the page: each message runs the oldest waiting turn.
const turns: (() => void)[] = [];
let channel: MessageChannel | undefined;

function openChannel(): MessageChannel {
  const opened = new MessageChannel();
  opened.port1.onmessage = () => turns.shift()?.();
  return opened;
}
