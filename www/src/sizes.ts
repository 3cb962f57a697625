// The bars that compare the program as Go built it with what gowasp made of it.

import { element } from "./element.js";
import { formatBytes, formatChange } from "./format.js";

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
    group("Download, brotli", original.br, packed.br),
    group("Uncompressed", original.raw, packed.raw),
  );
  element("sizes-lead", HTMLElement).textContent =
    `${formatBytes(original.br)} become ${formatBytes(packed.br)} to download, and the program does what it did.`;
  element("sizes", HTMLElement).hidden = false;
}

function group(title: string, original: number, packed: number): HTMLElement {
  const figure = document.createElement("figure");
  const caption = document.createElement("figcaption");
  caption.textContent = title;
  const change = document.createElement("span");
  change.className = packed > original ? "change grown" : "change";
  change.textContent = formatChange(original, packed);
  caption.append(change);
  const longest = Math.max(original, packed);
  figure.append(caption, bar("go build", original, longest, "before"), bar("gowasp", packed, longest, "after"));
  return figure;
}

function bar(label: string, bytes: number, longest: number, kind: "before" | "after"): HTMLElement {
  const row = document.createElement("div");
  row.className = `bar ${kind}`;
  const name = document.createElement("span");
  name.textContent = label;
  const track = document.createElement("span");
  track.className = "track";
  const fill = document.createElement("span");
  fill.className = "fill";
  // Set as a property: the page's policy forbids style attributes.
  fill.style.width = `${(bytes / longest) * 100}%`;
  track.append(fill);
  const size = document.createElement("span");
  size.className = "number";
  size.textContent = formatBytes(bytes);
  row.append(name, track, size);
  return row;
}
