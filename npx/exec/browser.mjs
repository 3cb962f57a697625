// Runs a program in a page of Chromium, on the streams and files of this process.

import { constants } from "node:os";
import { noChromium, openPage } from "./chromium.mjs";
import { findChromium, playwrightChromium } from "./find-chromium.mjs";
import { servePage } from "./page-server.mjs";
import { readProgram } from "./program.mjs";

const signals = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"]);

/**
 * @param {import("./command.mjs").Command} command
 * @returns {Promise<number>} never: the process ends with the program's exit code
 * @throws {import("./program.mjs").RefusedError} also where there is no browser
 */
export async function runInBrowser({ path, args }) {
  const program = await readProgram(path);
  const chromium = (!process.env.CHROME_BIN && playwrightChromium(process.cwd())) || findChromium();
  if (!chromium) throw noChromium();
  /** @type {(code: number) => void} */
  let end = () => {};
  const ended = new Promise((/** @type {(code: number) => void} */ resolve) => {
    end = resolve;
  });
  const fail = (/** @type {string} */ text) => {
    console.error(text);
    end(1);
  };
  for (const signal of signals) process.on(signal, () => end(128 + (constants.signals[signal] ?? 0)));
  const url = await servePage(program, args, { exit: end, problem: fail });
  const close = await openPage(chromium, url, (why) => fail(`gowasp-exec: ${why}`));
  const code = await ended;
  await close();
  // Somebody may still be reading standard input.
  process.exit(code);
}
