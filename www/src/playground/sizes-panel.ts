// Sizes of the whole file, before and after, as they become known.

import { comparison } from "../bars.js";
import { element } from "../element.js";
import { formatBytes, formatPercent } from "../format.js";
import type { Encoder } from "./messages.js";
import type { Side } from "./session.js";

type Kind = "raw" | Encoder;

const titles: Record<Kind, string> = {
  raw: "Uncompressed",
  "gzip 6": "gzip 6, by this browser",
  "brotli 5": "brotli 5",
  "brotli 11": "brotli 11, as gowasp pack does",
};

const view = element("sizes-bars", HTMLElement);
const summary = element("result-summary", HTMLElement);

/** Bytes, or what is to be said in their place. */
let sizes: Record<Kind, Record<Side, number | string>>;
let figures: Record<Kind, HTMLElement>;

/** Forgets what was known. */
export function clearSizes(): void {
  const kinds = Object.keys(titles) as Kind[];
  const each = <Value>(make: (kind: Kind) => Value) =>
    Object.fromEntries(kinds.map((kind) => [kind, make(kind)])) as Record<Kind, Value>;
  sizes = each(() => ({ before: "…", after: "…" }));
  figures = each((kind) => comparison(titles[kind], "…", "…"));
  view.replaceChildren(...Object.values(figures));
}

/** Shows one size, or words in its place. */
export function setSize(side: Side, kind: Kind, size: number | string): void {
  sizes[kind][side] = size;
  const { before, after } = sizes[kind];
  const figure = comparison(titles[kind], before, after);
  figures[kind].replaceWith(figure);
  figures[kind] = figure;
  if (typeof size === "number") summarize();
}

/** Shows how far an encoder is. */
export function setShare(side: Side, encoder: Encoder, share: number): void {
  setSize(side, encoder, formatPercent(share));
}

/** Says in one line what the best encoder that is done makes of both. */
function summarize(): void {
  for (const kind of ["brotli 11", "brotli 5", "gzip 6", "raw"] as const) {
    const { before, after } = sizes[kind];
    if (typeof before !== "number" || typeof after !== "number") continue;
    const how = kind === "raw" ? "uncompressed" : `to download (${kind})`;
    summary.textContent = `${formatBytes(before)} become ${formatBytes(after)} ${how}.`;
    return;
  }
}
