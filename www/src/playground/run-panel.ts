// Runs original and optimized program, one after the other, and shows what they wrote and how long they took.

import { element } from "../element.js";
import { formatDuration } from "../format.js";
import { splitArguments } from "./command-line.js";
import type { Output, Start } from "./protocol.js";
import { type Ending, type Run, runSandboxed } from "./sandbox.js";
import type { Side } from "./session.js";
import type { Source } from "./source.js";

const section = element("run", HTMLElement);
const form = element("run-form", HTMLFormElement);
const args = element("args", HTMLInputElement);
const stdin = element("stdin", HTMLTextAreaElement);
const startButton = element("run-start", HTMLButtonElement);
const stopButton = element("run-stop", HTMLButtonElement);
const verdict = element("verdict", HTMLElement);
const panes: Record<Side, { output: HTMLElement; state: HTMLElement }> = {
  before: { output: element("before-output", HTMLElement), state: element("before-state", HTMLElement) },
  after: { output: element("after-output", HTMLElement), state: element("after-state", HTMLElement) },
};

let programs: Record<Side, Blob> | undefined;
let isDisturbed = () => false;
let running: Run | undefined;

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void runBoth();
});
stopButton.addEventListener("click", () => running?.stop());

/** Offers to run the two. `isBusy` tells whether something else takes time from them. */
export function offerRun({ file, args: line, stdin: input }: Source, optimized: Blob, isBusy: () => boolean): void {
  isDisturbed = isBusy;
  programs = { before: file, after: optimized };
  args.value = line;
  stdin.value = input;
  clear();
  section.hidden = false;
}

/** Ends what runs, and offers nothing. */
export function hideRun(): void {
  programs = undefined;
  running?.stop();
  section.hidden = true;
}

async function runBoth(): Promise<void> {
  if (!programs || running) return;
  clear();
  const both = programs;
  const options = { args: splitArguments(args.value), stdin: stdin.value };
  toggle(true);
  const before = await runOne("before", { wasm: both.before, ...options });
  if (before !== "stopped") showVerdict(before, await runOne("after", { wasm: both.after, ...options }));
  toggle(false);
}

async function runOne(side: Side, start: Start): Promise<Ending> {
  const { output, state } = panes[side];
  state.textContent = "running…";
  running = runSandboxed(start, (piece) => append(output, piece));
  const ending = await running.ended;
  running = undefined;
  state.textContent = describe(ending);
  return ending;
}

function describe(ending: Ending): string {
  if (ending === "stopped") return ending;
  if ("problem" in ending) return ending.problem;
  const { code, compiling, running: time } = ending;
  return `exit code ${code}, compiled in ${formatDuration(compiling)}, ran ${formatDuration(time)}`;
}

function append(view: HTMLElement, { stream, text }: Output): void {
  const piece = document.createElement("span");
  piece.className = stream;
  piece.textContent = text;
  view.append(piece);
}

function showVerdict(before: Ending, after: Ending): void {
  if (before === "stopped" || after === "stopped" || "problem" in before || "problem" in after) return;
  const same = panes.before.output.textContent === panes.after.output.textContent && before.code === after.code;
  const time = (ending: typeof before) => ending.compiling + ending.running;
  const busy = isDisturbed() ? "; brotli 11 still takes its share of the time, so run again when it is done" : "";
  const change = `${formatDuration(time(before))} and ${formatDuration(time(after))}, compilation included${busy}`;
  verdict.textContent = same
    ? `The same output and exit code, in ${change}.`
    : `The outputs differ, as those of a program do that shows times, addresses or chance; ${change}.`;
  verdict.hidden = false;
}

function clear(): void {
  verdict.hidden = true;
  for (const { output, state } of Object.values(panes)) {
    output.replaceChildren();
    state.textContent = "";
  }
}

function toggle(isRunning: boolean): void {
  startButton.disabled = isRunning;
  stopButton.hidden = !isRunning;
}
