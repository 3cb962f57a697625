// What the worker of the map and the page say to each other.

import type { Problem } from "./messages.js";

/** Which of the two files. */
export type Side = "before" | "after";

/** To the worker. Each is answered once, in order. */
export type ToMap =
  | { type: "files"; before: Blob; after: Blob; name: string }
  | { type: "map"; side: Side }
  | { type: "why"; side: Side; name: string }
  | { type: "diff"; side: Side; old: Blob };

/** From the worker. */
export type FromMap =
  | { type: "ready" }
  | { type: "map"; data: unknown }
  | { type: "why"; why: Why }
  | { type: "diff"; diff: Diff }
  | { type: "failed"; problem: Problem };

/** Bytes of a file and, where they were counted, of its brotli file. */
export interface Amounts {
  bytes: number;
  compressed?: number;
}

/** What `gowasp why --json` prints; docs/why.md. */
export interface Why {
  name: string;
  what: "package" | "function" | "type" | "embed";
  own: Amounts & { functions: number };
  ways: { root: "main" | "init" | "export"; from: string; steps: { by: string; what: string; to: string }[] }[];
  goes: Amounts & { functions: number };
}

/** Something in two files. */
export interface Change {
  name: string;
  old: Amounts | null;
  new: Amounts | null;
}

/** What `gowasp diff --json` prints; docs/diff.md. */
export interface Diff {
  total: Change;
  packages: Change[];
  functions: Change[];
}
