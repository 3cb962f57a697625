// The section that compares the program as Go built it with what gowasp made of it.

import { comparison } from "./bars.js";
import { element } from "./element.js";
import { formatBytes } from "./format.js";

/** `sizes.json`, written when the demo packs the program; all in bytes. */
interface Sizes {
  original: { raw: number; br: number };
  packed: { raw: number; br: number };
}

/** Fetches the sizes and shows them; without them, the section stays hidden. */
export async function showSizes(url: string): Promise<void> {
  const response = await fetch(url).catch(() => undefined);
  if (!response?.ok) return;
  const { original, packed } = (await response.json()) as Sizes;
  element("bars", HTMLElement).replaceChildren(
    comparison("Download, brotli", original.br, packed.br),
    comparison("Uncompressed", original.raw, packed.raw),
  );
  element("sizes-lead", HTMLElement).textContent =
    `${formatBytes(original.br)} become ${formatBytes(packed.br)} to download, and the program does what it did.`;
  element("sizes", HTMLElement).hidden = false;
}
