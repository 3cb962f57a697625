// A table of named parts with their bytes before and after.

import { changeOf } from "../bars.js";
import { formatBytes } from "../format.js";

interface Part {
  name: string;
  bytes: number;
}

/** How many rows are shown before the reader asks for more. */
const most = 12;

/** Shows the parts in a `tbody`, the largest first, and the rest behind a button. */
export function showParts(body: HTMLTableSectionElement, before: Part[], after: Part[]): void {
  const sizes = new Map<string, { before: number; after: number }>();
  const of = (name: string) => {
    const known = sizes.get(name) ?? { before: 0, after: 0 };
    sizes.set(name, known);
    return known;
  };
  for (const { name, bytes } of before) of(name).before += bytes;
  for (const { name, bytes } of after) of(name).after += bytes;
  const parts = [...sizes].sort(([, a], [, b]) => Math.max(b.before, b.after) - Math.max(a.before, a.after));
  const longest = Math.max(...parts.map(([, size]) => Math.max(size.before, size.after)), 1);
  const rows = parts.map(([name, size]) => row(name, size.before, size.after, longest));
  const hidden = rows.length - most;
  body.replaceChildren(...(hidden > 1 ? [...rows.slice(0, most), more(rows)] : rows));
}

function row(name: string, before: number, after: number, longest: number): HTMLTableRowElement {
  const line = document.createElement("tr");
  const head = document.createElement("th");
  head.scope = "row";
  head.append(...breakable(name), ...meters(before / longest, after / longest));
  line.append(head, cell(before), cell(after), after > 0 ? changeOf(before, after, "td") : gone());
  return line;
}

/** Import paths are long: they may be broken behind a slash. */
function breakable(path: string): Node[] {
  const pieces = path.split(/(?<=\/)/);
  return pieces.flatMap((piece) => [document.createTextNode(piece), document.createElement("wbr")]);
}

/** Two thin bars; nothing where they would be no more than a dot. */
function meters(before: number, after: number): HTMLElement[] {
  if (Math.max(before, after) < 0.01) return [];
  return Object.entries({ before, after }).map(([kind, share]) => {
    const bar = document.createElement("span");
    bar.className = `meter ${kind}`;
    bar.style.width = `${share * 100}%`;
    return bar;
  });
}

function cell(bytes: number): HTMLTableCellElement {
  const made = document.createElement("td");
  made.className = "number";
  made.textContent = bytes > 0 ? formatBytes(bytes) : "–";
  return made;
}

function gone(): HTMLTableCellElement {
  const made = document.createElement("td");
  made.className = "change";
  made.textContent = "gone";
  return made;
}

function more(rows: HTMLTableRowElement[]): HTMLTableRowElement {
  const line = document.createElement("tr");
  const made = document.createElement("td");
  made.colSpan = 4;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = `Show all ${rows.length}`;
  button.addEventListener("click", () => line.replaceWith(...rows.slice(most)));
  made.append(button);
  line.append(made);
  return line;
}
