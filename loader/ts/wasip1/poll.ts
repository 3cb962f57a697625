import { sleep, timeOf } from "./clock.js";
import type { Descriptors } from "./descriptors.js";
import { errnoOfFailure, fail } from "./errno.js";
import type { Context } from "./fd-functions.js";

// Sizes and places in `$subscription` and `$event` (typenames.witx).
const SUBSCRIPTION = 48;
const EVENT = 32;
const ABSOLUTE = 1;

interface Subscription {
  userdata: bigint;
  type: number;
  /** When it is due, in nanoseconds from now; descriptors are due at once. */
  due: number;
  error: number;
}

/**
 * Waits until one of the subscriptions is due, and writes an event for each that is.
 *
 * @returns how many events it has written
 */
export function pollOneoff({ memory, descriptors }: Context, from: number, to: number, count: number): number {
  if (count === 0) fail("EINVAL");
  // All of them must be there.
  memory.slice(from, count * SUBSCRIPTION);
  const all = Array.from({ length: count }, (_, at) =>
    subscriptionAt(memory.view, (from >>> 0) + at * SUBSCRIPTION, descriptors),
  );
  const first = Math.min(...all.map(({ due }) => due));
  if (first > 0) sleep(first / 1e6);
  const events = all.filter(({ due }) => due <= first);
  events.forEach(({ userdata, type, error }, at) => {
    const event = (to >>> 0) + at * EVENT;
    memory.slice(event, EVENT).fill(0);
    memory.setUint64(event, userdata);
    memory.setUint32(event + 8, error | (type << 16));
    // For descriptors: something can be read or written.
    if (type !== 0) memory.setUint64(event + 16, 1n);
  });
  return events.length;
}

function subscriptionAt(view: DataView, at: number, descriptors: Descriptors): Subscription {
  const one = { userdata: view.getBigUint64(at, true), type: view.getUint8(at + 8), due: 0, error: 0 };
  const word = view.getUint32(at + 16, true);
  try {
    if (one.type === 0) one.due = dueOf(view, at, word);
    else descriptors.get(word);
  } catch (error) {
    one.error = errnoOfFailure(error);
  }
  return one;
}

/** All descriptors can be read and written at once, or reading waits by itself. */
function dueOf(view: DataView, at: number, clock: number): number {
  const now = timeOf(clock);
  const timeout = view.getBigUint64(at + 24, true);
  const isAbsolute = (view.getUint16(at + 40, true) & ABSOLUTE) !== 0;
  return Math.max(0, Number(isAbsolute ? timeout - now : timeout));
}
