// Chromium with one page, told what to do through a pipe: an address on its command line is seen by everybody on the machine.

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RefusedError } from "./program.mjs";

/** Nothing but the page's own requests leaves the machine, and a page that nobody sees runs at full speed. */
const flags = [
  "--headless",
  "--remote-debugging-pipe",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
  "--disable-background-timer-throttling",
  "--disable-renderer-backgrounding",
];

/**
 * Opens a page.
 *
 * @param {string} program Chromium's
 * @param {string} url
 * @param {(why: string) => void} onGone called when the page is no more there
 * @returns {Promise<() => Promise<void>>} ends the browser
 */
export async function openPage(program, url, onGone) {
  const profile = await mkdtemp(join(tmpdir(), "gowasp-exec-"));
  // Chromium's sandbox cannot be set up by root.
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const args = [...flags, ...sandbox, `--user-data-dir=${profile}`, "about:blank"];
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
  const exited = new Promise((resolve) => child.once("exit", resolve).once("error", resolve));
  child.once("error", (error) => onGone(`${program} could not be started: ${error.message}`));
  child.once("exit", () => onGone("Chromium has ended"));
  const [, , , input, output] = /** @type {any[]} */ (child.stdio);
  // What is written to a browser that has ended.
  input.on("error", () => {});
  converse(input, output, url, onGone);
  return async () => {
    child.removeAllListeners("exit").kill("SIGKILL");
    child.once("exit", () => {});
    await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, 2000))]);
    await rm(profile, { recursive: true, force: true, maxRetries: 5 }).catch(() => {});
  };
}

/** The DevTools protocol, as far as it takes to open a page and to hear of its end. Messages end with a NUL. */
function converse(
  /** @type {import("node:stream").Writable} */ input,
  /** @type {import("node:stream").Readable} */ output,
  /** @type {string} */ url,
  /** @type {(why: string) => void} */ onGone,
) {
  const [discover, create] = [1, 2];
  const send = (/** @type {object} */ message) => input.write(`${JSON.stringify(message)}\0`);
  let page = "";
  const hear = (/** @type {any} */ { id, method, params, result, error }) => {
    if (id === create && error) onGone(`Chromium opens no page: ${error.message}`);
    if (id === create) page = result?.targetId ?? "";
    if (params?.targetId !== page) return;
    if (method === "Target.targetCrashed") onGone("the page has crashed: it may have run out of memory");
    if (method === "Target.targetDestroyed") onGone("the page was closed");
  };
  let rest = "";
  output.setEncoding("utf8").on("data", (text) => {
    const messages = (rest + text).split("\0");
    rest = messages.pop() ?? "";
    for (const message of messages) hear(JSON.parse(message));
  });
  send({ id: discover, method: "Target.setDiscoverTargets", params: { discover: true } });
  send({ id: create, method: "Target.createTarget", params: { url } });
}

/** Why there is no browser, for whoever wants one. */
export function noChromium() {
  const named = process.env.CHROME_BIN;
  return new RefusedError(
    named
      ? `--browser: CHROME_BIN is ${named}, which is no program`
      : "--browser needs Chromium, and there is none: install Chromium or Google Chrome, or in the project playwright-core with " +
          "its Chromium, or set CHROME_BIN to the program",
  );
}
