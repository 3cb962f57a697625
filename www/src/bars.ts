// Bars that compare a size, or another number, before with one after.

import { formatBytes, formatChange } from "./format.js";

/** How two bars are named, and their numbers written. */
export interface Labels {
  before: string;
  after: string;
  format: (value: number) => string;
}

const sizes: Labels = { before: "original", after: "gowasp", format: formatBytes };

/** Two bars with their title; what is not known yet is said in words. */
export function comparison(
  title: string,
  before: number | string,
  after: number | string,
  labels: Labels = sizes,
): HTMLElement {
  const figure = document.createElement("figure");
  const caption = document.createElement("figcaption");
  caption.textContent = title;
  if (typeof before === "number" && typeof after === "number") caption.append(changeOf(before, after, "span"));
  const longest = Math.max(...[before, after].filter((size) => typeof size === "number"), 1);
  figure.append(caption, bar(before, longest, "before", labels), bar(after, longest, "after", labels));
  return figure;
}

/** How much less, or more, the second number is, in an element of the given name. */
export function changeOf(before: number, after: number, tag: "span" | "td"): HTMLElement {
  const change = document.createElement(tag);
  change.className = after < before ? "change" : "change grown";
  change.textContent = before > 0 ? formatChange(before, after) : "new";
  return change;
}

function bar(size: number | string, longest: number, kind: "before" | "after", labels: Labels): HTMLElement {
  const row = document.createElement("div");
  row.className = `bar ${kind}`;
  const name = document.createElement("span");
  name.textContent = labels[kind];
  const track = document.createElement("span");
  track.className = "track";
  const fill = document.createElement("span");
  fill.className = "fill";
  // Set as a property: the page's policy forbids style attributes.
  fill.style.width = typeof size === "number" ? `${(size / longest) * 100}%` : "0";
  track.append(fill);
  const number = document.createElement("span");
  number.className = "number";
  number.textContent = typeof size === "number" ? labels.format(size) : size;
  row.append(name, track, number);
  return row;
}
