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

/** Forgets what was known. */
export function clearSizes(): void {
  const unknown = () => ({ before: "…", after: "…" });
  sizes = { raw: unknown(), "gzip 6": unknown(), "brotli 5": unknown(), "brotli 11": unknown() };
  draw();
}

/** Shows one size, or words in its place. */
export function setSize(side: Side, kind: Kind, size: number | string): void {
  sizes[kind][side] = size;
  draw();
}

/** Shows how far an encoder is. */
export function setShare(side: Side, encoder: Encoder, share: number): void {
  setSize(side, encoder, formatPercent(share));
}

function draw(): void {
  const kinds = Object.keys(sizes) as Kind[];
  view.replaceChildren(...kinds.map((kind) => comparison(titles[kind], sizes[kind].before, sizes[kind].after)));
  const best = (["brotli 11", "brotli 5", "gzip 6", "raw"] as const).find((kind) =>
    Object.values(sizes[kind]).every((size) => typeof size === "number"),
  );
  if (!best) return;
  const { before, after } = sizes[best] as Record<Side, number>;
  const how = best === "raw" ? "uncompressed" : `to download (${best})`;
  summary.textContent = `${formatBytes(before)} become ${formatBytes(after)} ${how}.`;
}
