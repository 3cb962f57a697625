// The section that ships an update: loads the version before an edit, then the one after it, once as a delta and once whole.

import { load, type Via } from "gowasp";
import { comparison } from "./bars.js";
import { element } from "./element.js";
import { formatBytes, formatDuration } from "./format.js";
import { transferredBytes } from "./start.js";

/** One host and one address, where one version follows the other. The loader keeps what it loaded by this address. */
const manifest = "update/app.json";
const manifestBefore = `${manifest}?version=before`;

/** How often the version before is loaded until the browser has written it to its cache, and milliseconds in between. */
const mostTries = 10;
const timeToKeep = 300;

const section = element("update", HTMLElement);
const button = element("update-start", HTMLButtonElement);
const status = element("update-status", HTMLElement);
const figures = element("update-bars", HTMLElement);

/** What one load cost. */
interface Cost {
  /** What the program printed as its version. */
  version: string;
  via: Via;
  /** Milliseconds from the call of `load()` to what the program prints first. */
  total: number;
  transferred: number;
}

/** Shows the section, if the host has an update to show. */
export async function showUpdate(): Promise<void> {
  const response = await fetch(manifest, { method: "HEAD" }).catch(() => undefined);
  if (!response?.ok) return;
  section.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await ship();
      button.textContent = "Again";
    } catch (error) {
      status.textContent = `That did not work: ${error instanceof Error ? error.message : error}`;
    } finally {
      button.disabled = false;
    }
  });
}

async function ship(): Promise<void> {
  status.textContent = "Loading the version that this browser is to have …";
  const before = await keepBefore();
  status.textContent = `This browser has esbuild ${before}. Loading the update …`;
  const update = await run(manifest, true);
  status.textContent = "Loading the same version whole, to compare …";
  const whole = await run(manifest, false);
  if (update.via !== "delta")
    throw new Error(`the update came by ${update.via}. Is there space to store the version before?`);
  status.textContent = `esbuild ${before} has become esbuild ${update.version}: the delta was decoded with the version before, checked by its SHA-256, and compiled as it arrived.`;
  const labels = { before: "whole", after: "delta" };
  figures.replaceChildren(
    comparison("Transferred", whole.transferred, update.transferred, { ...labels, format: formatBytes }),
    comparison("Fetch to main, 10 Mbit/s", whole.total, update.total, { ...labels, format: formatDuration }),
  );
  figures.hidden = false;
}

/** Loads the version before the edit until it comes from the cache. Returns what it says as its version. */
async function keepBefore(): Promise<string> {
  for (let tries = 0; tries < mostTries; tries++) {
    const { via, version } = await run(manifestBefore, true);
    if (via === "cache") return version;
    await new Promise((resolve) => setTimeout(resolve, timeToKeep));
  }
  throw new Error("this browser stores nothing for this page");
}

async function run(url: string, cache: boolean): Promise<Cost> {
  const begin = performance.now();
  let total = 0;
  let version = "";
  const stdout = (chunk: Uint8Array) => {
    total ||= performance.now() - begin;
    version += new TextDecoder().decode(chunk);
  };
  const app = await load(url, { args: ["--version"], stdout, cache, baseUrl: document.baseURI });
  await app.exited;
  return { version: version.trim(), via: app.via, total, transferred: transferredBytes(url, begin) };
}
