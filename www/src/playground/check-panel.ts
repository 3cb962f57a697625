// The limits of platforms, and what the optimized file makes of each.

import type { Checked, Limit, Verdict } from "gowasp/optimizer";
import { element } from "../element.js";
import { formatBytes } from "../format.js";

const panel = element("check", HTMLElement);
const rows = element("checks", HTMLTableSectionElement);
const heading = element("check-count", HTMLElement);

/** In the words of `gowasp check`. */
const words: Record<Verdict, string> = {
  fits: "fits",
  exceeds: "does not fit",
  "could-not-tell": "could not tell",
  "not-measured": "not measured",
};

/** Measures that are counts, not bytes. */
const counts = new Set(["locals", "functions", "data-segments", "table", "imports"]);

/** Hides what was known. */
export function hideCheck(): void {
  panel.hidden = true;
}

/** In the order in which they are shown. */
const shown: readonly Verdict[] = ["exceeds", "could-not-tell", "fits"];

/** Shows every limit that was compared, those that matter first. */
export function showCheck({ checks }: Checked): void {
  const groups = shown.map((verdict) => checks.filter((limit) => limit.verdict === verdict));
  rows.replaceChildren(...groups.flat().map(row));
  heading.textContent = `${groups[0]?.length ?? 0} of ${rows.children.length} limits are exceeded`;
  panel.hidden = rows.children.length === 0;
}

function row({ platform, plan, measure, found, max, verdict, reason, source, date }: Limit): HTMLTableRowElement {
  const line = document.createElement("tr");
  const head = document.createElement("th");
  head.scope = "row";
  head.textContent = `${plan ?? platform ?? ""}: ${measure.replaceAll("-", " ")}`;
  // Where the limit was read is a tooltip: `gowasp check --list` prints all of them.
  head.title = [source, date].filter(Boolean).join(", ");
  const amount = (value: number) => (counts.has(measure) ? value.toLocaleString("en") : formatBytes(value));
  const last = cell("change", words[verdict]);
  last.title = reason ?? "";
  // Of imports, those that a host lacks are counted.
  const allowed = max === null ? "none" : amount(max);
  line.append(head, cell("number", found ? amount(found.likely) : "–"), cell("number", allowed), last);
  line.dataset.verdict = verdict;
  return line;
}

function cell(name: string, text: string): HTMLTableCellElement {
  const made = document.createElement("td");
  made.className = name;
  made.textContent = text;
  return made;
}
