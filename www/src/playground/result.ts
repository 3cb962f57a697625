// What became of a module: its parts before and after, what was left alone, and the file to take away.

import type { Identity, Report } from "gowasp/optimizer";
import { element } from "../element.js";
import type { Optimized } from "./messages.js";
import { showParts } from "./parts-table.js";

const section = element("result", HTMLElement);
const identity = element("identity", HTMLElement);
const download = element("download", HTMLAnchorElement);
const sections = element("sections", HTMLTableSectionElement);
const packages = element("packages", HTMLTableSectionElement);
const noPackages = element("no-packages", HTMLElement);
const warnings = element("warnings", HTMLUListElement);
const leftAlone = element("left-alone", HTMLUListElement);

/** Hides the section, and lets the browser forget the file. */
export function hideResult(): void {
  section.hidden = true;
  warnings.replaceChildren();
  URL.revokeObjectURL(download.href);
}

/** Shows everything that is known as soon as a module is optimized. */
export function showResult(name: string, { wasm, report, before, after }: Optimized): void {
  identity.textContent = describe(report.input);
  download.href = URL.createObjectURL(wasm);
  download.download = name.replace(/(\.wasm)?$/, ".opt.wasm");
  showParts(sections, before.sections, after.sections);
  showParts(packages, before.packages, after.packages);
  noPackages.textContent = [...before.warnings, ...after.warnings][0] ?? "";
  noPackages.hidden = noPackages.textContent === "";
  warnings.append(...report.warnings.map((text) => entry("warning", text)), ...report.notes.map(note));
  leftAlone.replaceChildren(...remains(report).map(note));
  if (leftAlone.children.length === 0) leftAlone.append(entry("note", "Nothing."));
  section.hidden = false;
}

/** Adds to what the reader should know. */
export function addWarning(text: string): void {
  warnings.append(entry("warning", text));
}

function describe({ toolchain, release, goos, kind }: Identity): string {
  if (toolchain === "Go") return `${release}, GOOS=${goos}, ${kind}`;
  const maker = typeof toolchain === "string" ? toolchain : toolchain.Other;
  return maker === "Unknown" ? "Not standard Go" : `Not standard Go: ${maker}`;
}

/** What the passes were not sure of, and which did not run. */
function remains({ passes }: Report): string[] {
  return passes.flatMap((pass) => {
    if (pass.status === "skipped") return [`${pass.name} did not run: ${pass.reason}`];
    return pass.leftAlone.map(({ reason, count }) => `${pass.name}: ${count} × ${reason}`);
  });
}

const note = (text: string) => entry("note", text);

function entry(kind: "warning" | "note", text: string): HTMLLIElement {
  const item = document.createElement("li");
  item.className = kind;
  item.textContent = text;
  return item;
}
