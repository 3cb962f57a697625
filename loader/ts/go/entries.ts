/** A function that a module exports. */
export type Entry = (...args: unknown[]) => unknown;

/** What a module exports, for callers: its functions enter the program through `enter`. */
export function entries(
  exports: Readonly<Record<string, unknown>>,
  enter: (entry: Entry, args: unknown[]) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(exports).map(([name, value]) => [
      name,
      typeof value === "function" ? (...args: unknown[]) => enter(value as Entry, args) : value,
    ]),
  );
}
