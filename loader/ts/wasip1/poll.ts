import { sleep, timeOf } from "./clock.js";
import { errnoOf, fail } from "./errno.js";
import type { WasiMemory } from "./memory.js";

// Sizes and places in `$subscription` and `$event` (typenames.witx).
const SUBSCRIPTION = 48;
const EVENT = 32;
const ABSOLUTE = 1;

/** What `poll_oneoff` works on. */
export interface Polled {
  memory: WasiMemory;
  /** Whether there is such a descriptor. All that there are can be read and written at once, or reading waits by itself. */
  isOpen(fd: number): boolean;
}

interface Subscription {
  userdata: bigint;
  type: number;
  /** When it is due, in nanoseconds from now; descriptors are due at once. */
  due: bigint;
  error: number;
}

/**
 * Waits until one of the subscriptions is due, and writes an event for each that is.
 *
 * @returns how many events it has written
 */
export function pollOneoff({ memory, isOpen }: Polled, from: number, to: number, count: number): number {
  if (count === 0) fail("EINVAL");
  const all = Array.from({ length: count }, (_, at) =>
    subscriptionAt(memory.view, (from >>> 0) + at * SUBSCRIPTION, isOpen),
  );
  const first = all.reduce((least, { due }) => (due < least ? due : least), all[0]?.due ?? 0n);
  if (first > 0n) sleep(first);
  const events = all.filter(({ due }) => due <= first);
  events.forEach(({ userdata, type, error }, at) => {
    const event = (to >>> 0) + at * EVENT;
    memory.slice(event, EVENT).fill(0);
    memory.setUint64(event, userdata);
    memory.setUint16(event + 8, error);
    memory.setUint8(event + 10, type);
    // For descriptors: something can be read or written.
    if (type !== 0) memory.setUint64(event + 16, 1n);
  });
  return events.length;
}

function subscriptionAt(view: DataView, at: number, isOpen: Polled["isOpen"]): Subscription {
  const one = { userdata: view.getBigUint64(at, true), type: view.getUint8(at + 8), due: 0n, error: 0 };
  const word = view.getUint32(at + 16, true);
  if (one.type !== 0) return { ...one, error: isOpen(word) ? 0 : errnoOf("EBADF") };
  if (word > 3) return { ...one, error: errnoOf("EINVAL") };
  const timeout = view.getBigUint64(at + 24, true);
  const isAbsolute = (view.getUint16(at + 40, true) & ABSOLUTE) !== 0;
  const due = isAbsolute ? timeout - timeOf(word) : timeout;
  return { ...one, due: due > 0n ? due : 0n };
}
