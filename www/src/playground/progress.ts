// The card that shows how far the optimizer is, pass by pass, or why it failed.

import { element } from "../element.js";
import { formatDuration, formatPercent } from "../format.js";
import type { Problem } from "./messages.js";

/**
 * Hundredths of the time that stages take, measured with esbuild in Node 20; those that are not here take next to nothing.
 * The bar needs no more: it shows that the work goes on, not when it ends.
 */
const shares: Record<string, number> = {
  read: 9,
  "lift-functions": 27,
  "drop-stack-checks": 1,
  "plain-calls": 1,
  "renumber-pcs": 3,
  "simplify-expressions": 2,
  "inline-calls": 1,
  "forward-slots": 8,
  "forward-values": 7,
  "merge-locals": 3,
  "group-tables": 4,
  "columnar-tables": 5,
  write: 11,
  validate: 1,
  check: 14,
  inspect: 3,
};

const card = element("work", HTMLElement);
const phase = element("phase", HTMLElement);
const bar = element("progress", HTMLProgressElement);
const percent = element("percent", HTMLOutputElement);
const failure = element("failure", HTMLElement);
const hint = element("hint", HTMLElement);
const stages = element("stages", HTMLOListElement);
const cancel = element("cancel", HTMLButtonElement);

let done = 0;
let current: { name: string; begin: number; time: HTMLElement } | undefined;

/** Shows that a file has been taken. */
export function showBegin(name: string): void {
  done = 0;
  current = undefined;
  stages.replaceChildren();
  show("loading", `Optimizing ${name}`);
  failure.hidden = hint.hidden = true;
  cancel.hidden = bar.hidden = percent.hidden = false;
  bar.value = 0;
  percent.value = formatPercent(0);
}

/** Shows that a stage has begun, and with it how long the one before took. */
export function showStage(name: string): void {
  endStage();
  const item = document.createElement("li");
  const time = document.createElement("span");
  item.append(name, " ", time);
  stages.append(item);
  current = { name, begin: performance.now(), time };
}

function endStage(): void {
  if (!current) return;
  current.time.textContent = formatDuration(performance.now() - current.begin);
  done += shares[current.name] ?? 0;
  bar.value = Math.min(done / 100, 1);
  percent.value = formatPercent(bar.value);
}

/** Shows that the module is optimized. */
export function showOptimized(name: string, milliseconds: number): void {
  endStage();
  show("ready", `Optimized ${name} in ${formatDuration(milliseconds)}`);
  bar.value = 1;
  percent.value = formatPercent(1);
  cancel.hidden = true;
}

/** Shows why there is no result. */
export function showProblem({ message, hint: advice }: Problem): void {
  show("failed", "That did not work");
  failure.textContent = message;
  failure.hidden = false;
  hint.textContent = advice ?? "";
  hint.hidden = advice === undefined;
  stages.replaceChildren();
  cancel.hidden = bar.hidden = percent.hidden = true;
}

/** Shows that the reader has stopped it. */
export function showStopped(): void {
  show("stopped", "Stopped");
  cancel.hidden = true;
}

/** Calls back when the reader wants to stop. */
export function onCancel(stop: () => void): void {
  cancel.addEventListener("click", stop);
}

function show(state: string, text: string): void {
  card.hidden = false;
  card.dataset.state = state;
  phase.textContent = text;
  // On a phone the card is below the file that was given.
  if (state === "loading" || state === "failed") card.scrollIntoView({ block: "nearest" });
}
