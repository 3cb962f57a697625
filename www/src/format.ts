// Numbers as people read them.

/** Bytes in the unit a download is advertised in: decimal kilobytes, megabytes and gigabytes. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(bytes < 1e5 ? 1 : 0)} kB`;
  if (bytes < 1e9) return `${(bytes / 1e6).toFixed(2)} MB`;
  return `${(bytes / 1e9).toFixed(2)} GB`;
}

/** A duration with three significant digits at most. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 10) return `${milliseconds.toFixed(1)} ms`;
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

/** A share as a whole percentage, never 100 % before it is whole. */
export function formatPercent(share: number): string {
  return `${Math.floor(share * 100)} %`;
}

/** How much less, or more, the second number is, with one decimal. */
export function formatChange(before: number, after: number): string {
  const change = (after / before - 1) * 100;
  if (Math.abs(change) < 0.05) return "±0.0 %";
  return `${change > 0 ? "+" : "−"}${Math.abs(change).toFixed(1)} %`;
}
