// Where the bytes are: the map of `gowasp inspect --html`, why something is there, and what changed since another file.

import { element } from "../element.js";
import { formatBytes, formatChange } from "../format.js";
import type { Change, Diff, FromMap, Side, ToMap, Why } from "./map-messages.js";

const section = element("owners", HTMLElement);
const start = element("owners-start", HTMLButtonElement);
const tools = element("owners-tools", HTMLElement);
const side = element("owners-side", HTMLSelectElement);
const frameBox = element("owners-map", HTMLElement);
const problem = element("owners-problem", HTMLElement);
const whyForm = element("why-form", HTMLFormElement);
const whyName = element("why-name", HTMLInputElement);
const whyAnswer = element("why-answer", HTMLElement);
const oldFile = element("diff-file", HTMLInputElement);
const changes = element("diff-changes", HTMLTableSectionElement);
const changeTable = element("diff-table", HTMLElement);

/** The files that the panel is about, and the worker that has them. */
let current: { before: Blob; after: Blob; name: string; worker?: Worker } | undefined;

start.addEventListener("click", () => {
  start.disabled = true;
  start.textContent = "Counting …";
  ask({ type: "map", side: chosen() });
});
side.addEventListener("change", () => {
  whyAnswer.replaceChildren();
  ask({ type: "map", side: chosen() });
});
whyForm.addEventListener("submit", (event) => {
  event.preventDefault();
  const name = whyName.value.trim();
  if (name !== "") ask({ type: "why", side: chosen(), name });
});
oldFile.addEventListener("change", () => {
  const [old] = Array.from(oldFile.files ?? []);
  oldFile.value = "";
  if (old) ask({ type: "diff", side: chosen(), old });
});

/** Offers the map of a module and of what became of it. */
export function offerMap(name: string, before: Blob, after: Blob): void {
  hideMap();
  current = { before, after, name };
  section.hidden = false;
}

/** Forgets the files. */
export function hideMap(): void {
  current?.worker?.terminate();
  current = undefined;
  section.hidden = true;
  tools.hidden = true;
  problem.hidden = true;
  changeTable.hidden = true;
  start.hidden = false;
  start.disabled = false;
  start.textContent = "Show where the bytes are";
  for (const box of [frameBox, whyAnswer, changes]) box.replaceChildren();
}

const chosen = (): Side => (side.value === "before" ? "before" : "after");

/** Asks the worker, which is started for the first question. */
function ask(question: ToMap): void {
  if (!current) return;
  problem.hidden = true;
  if (!current.worker) {
    // Bundlers look for exactly this.
    current.worker = new Worker(new URL("./map-worker.js", import.meta.url), { type: "module" });
    current.worker.onmessage = ({ data }: MessageEvent<FromMap>) => show(data);
    current.worker.onerror = ({ message }) => fail(`A worker of this page has stopped: ${message ?? ""}`);
    const { before, after, name } = current;
    current.worker.postMessage({ type: "files", before, after, name } satisfies ToMap);
  }
  current.worker.postMessage(question);
}

function show(message: FromMap): void {
  if (message.type === "map") showMap(message.data);
  if (message.type === "why") showWhy(message.why);
  if (message.type === "diff") showDiff(message.diff);
  if (message.type === "failed") fail([message.problem.message, message.problem.hint].filter(Boolean).join(": "));
}

function fail(text: string): void {
  problem.textContent = text;
  problem.hidden = false;
  start.disabled = false;
  start.textContent = "Show where the bytes are";
}

/** The map is a page of its own: it has a style and a script that `gowasp inspect --html` shares with it. */
function showMap(data: unknown): void {
  const frame = document.createElement("iframe");
  frame.title = "Map of the sizes";
  frame.src = "map.html";
  frame.addEventListener("load", () => frame.contentWindow?.postMessage(data, location.origin));
  frameBox.replaceChildren(frame);
  start.hidden = true;
  tools.hidden = false;
}

const roots = { main: "From main", init: "From a package’s init", export: "From what the host calls" };

function showWhy({ name, what, own, ways, goes }: Why): void {
  const amount = ({ bytes, compressed }: { bytes: number; compressed?: number }) =>
    compressed === undefined
      ? formatBytes(bytes)
      : `${formatBytes(bytes)}, ${formatBytes(Math.round(compressed))} compressed`;
  const head = document.createElement("p");
  head.textContent = `The ${what === "embed" ? "file" : what} ${name} takes ${amount(own)}. With it would go ${amount(goes)} and ${goes.functions.toLocaleString("en")} functions.`;
  whyAnswer.replaceChildren(head);
  for (const way of ways) {
    const title = document.createElement("h4");
    title.textContent = roots[way.root];
    const list = document.createElement("ol");
    list.append(step("", way.from), ...way.steps.map(({ by, to }) => step(`${by} `, to)));
    whyAnswer.append(title, list);
  }
  if (ways.length > 0) return;
  const nothing = document.createElement("p");
  nothing.textContent = "Nothing was found that leads to it.";
  whyAnswer.append(nothing);
}

function step(by: string, to: string): HTMLLIElement {
  const item = document.createElement("li");
  const name = document.createElement("code");
  name.textContent = to;
  item.append(by, name);
  return item;
}

/** How many packages the table has. */
const most = 40;

function showDiff({ total, packages }: Diff): void {
  changes.replaceChildren(...[total, ...packages.slice(0, most)].map(changeRow));
  changeTable.hidden = false;
}

function changeRow({ name, old, new: now }: Change): HTMLTableRowElement {
  const row = document.createElement("tr");
  const head = document.createElement("th");
  head.scope = "row";
  head.textContent = name;
  const [before, after] = [old?.bytes ?? 0, now?.bytes ?? 0];
  const change = before === 0 ? "new" : after === 0 ? "gone" : formatChange(before, after);
  row.append(head, ...[formatBytes(before), formatBytes(after), change].map(number));
  return row;
}

function number(text: string): HTMLTableCellElement {
  const cell = document.createElement("td");
  cell.className = "number";
  cell.textContent = text;
  return cell;
}
