// A Chromium on this machine.

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { findProgram } from "../find-program.mjs";

const places = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/** The program of an installed Chromium: the one that CHROME_BIN names, else one in the usual places. */
export function findChromium() {
  return findProgram(process.env.CHROME_BIN ? [process.env.CHROME_BIN] : places);
}

/** The one that Playwright has downloaded for the project in a folder, if it has. */
export function playwrightChromium(/** @type {string} */ folder) {
  const require = createRequire(join(folder, "package.json"));
  for (const name of ["playwright-core", "playwright"]) {
    try {
      const path = require(name).chromium.executablePath();
      if (existsSync(path)) return path;
    } catch {
      // It is not installed.
    }
  }
  return undefined;
}
