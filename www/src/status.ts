// The card at the top: how far the start is, what it cost, or why it failed.

import { GowaspError, type Progress } from "gowasp";
import { element } from "./element.js";
import { formatBytes, formatDuration, formatPercent } from "./format.js";
import type { Timing } from "./start.js";

const phases: Record<Progress["phase"], string> = {
  download: "Downloading and compiling",
  compile: "Finishing the compilation",
  run: "Starting Go",
};

const ways: Record<Timing["via"], string> = {
  native: "The server sent it compressed; the browser decoded and compiled it as it arrived.",
  decoder:
    "The server sent no Content-Encoding; the loader’s decoder, Rust in wasm, decoded the brotli file as it arrived.",
  "decompression-stream":
    "The server sent no Content-Encoding; the browser’s DecompressionStream decoded the file as it arrived.",
  delta: "Made from the last version, which was in the Cache API, and what has changed since.",
  cache: "Read decoded from the Cache API: no network, no decoder.",
  file: "Read from a file.",
  bytes: "Was there already.",
  module: "Was compiled before.",
};

const card = element("status", HTMLElement);
const phase = element("phase", HTMLElement);
const bar = element("progress", HTMLProgressElement);
const percent = element("percent", HTMLOutputElement);
const failure = element("failure", HTMLElement);
const transferred = element("fact-transferred", HTMLElement);
const decoded = element("fact-decoded", HTMLElement);
const total = element("fact-total", HTMLElement);
const how = element("how", HTMLElement);
const cancel = element("cancel", HTMLButtonElement);

/** Shows how far loading is. */
export function showProgress(progress: Progress): void {
  // Screen readers say the phase when it changes, not at every chunk.
  if (phase.textContent !== phases[progress.phase]) phase.textContent = phases[progress.phase];
  if (progress.phase === "run") return;
  decoded.textContent = formatBytes(progress.loaded);
  if (progress.total === undefined) return;
  const share = Math.min(1, progress.loaded / progress.total);
  bar.value = share;
  percent.value = formatPercent(share);
}

/** Shows that the program runs, and what the start cost. */
export function showReady({ total: milliseconds, transferred: bytes, via }: Timing): void {
  card.dataset.state = "ready";
  phase.textContent = "esbuild is running";
  bar.value = 1;
  percent.value = formatPercent(1);
  transferred.textContent = bytes > 0 ? formatBytes(bytes) : "0 B, cached";
  total.textContent = formatDuration(milliseconds);
  how.textContent =
    bytes === 0 && via === "native" ? "From the browser’s HTTP cache, which keeps compiled code too." : ways[via];
  cancel.hidden = true;
}

/** Shows why the program is not running. */
export function showFailure(error: unknown): void {
  const stopped = error instanceof GowaspError && error.code === "aborted";
  card.dataset.state = stopped ? "stopped" : "failed";
  phase.textContent = stopped ? "Stopped" : "esbuild could not be started";
  failure.textContent = stopped
    ? "Reload the page to start again."
    : String(error instanceof Error ? error.message : error);
  failure.hidden = false;
  cancel.hidden = true;
}

/** Calls back when the reader wants to stop loading. */
export function onCancel(stop: () => void): void {
  cancel.addEventListener("click", stop, { once: true });
}
