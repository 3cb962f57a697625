// What was measured in this tab. It outlives the reloads that make the measurements.

import type { Choice } from "./routes.js";
import type { Timing } from "./start.js";

/** What is known of one way to start. */
export interface Measurement {
  /** Milliseconds of each start, oldest first. */
  totals: number[];
  /** Bytes over the network at the last start. */
  transferred: number;
  /** Megabits per second that the network was slowed down to; 0 is not slowed down. */
  speed: number;
}

const storeKey = "gowasp.starts";

/** The measurements by the route's key. */
export function measurements(): Record<string, Measurement> {
  try {
    return JSON.parse(sessionStorage.getItem(storeKey) ?? "{}");
  } catch {
    return {};
  }
}

/** Adds a start to those of its route; another speed begins anew. */
export function remember({ route, speed: chosen }: Choice, { total, transferred }: Timing): void {
  const speed = route.throttled ? chosen : 0;
  const all = measurements();
  const before = all[route.key];
  const totals = before?.speed === speed ? before.totals : [];
  const entry: Measurement = { totals: [...totals, total], transferred, speed };
  sessionStorage.setItem(storeKey, JSON.stringify({ ...all, [route.key]: entry }));
}

/** The middle one: of a few starts on a busy machine, the most telling. */
export function median({ totals }: Measurement): number {
  const sorted = [...totals].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
