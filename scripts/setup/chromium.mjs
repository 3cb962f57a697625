// A Chromium for the browser tests: the one CHROME_BIN names, an installed one, or Debian's package.

import { findChromium } from "../../npx/exec/find-chromium.mjs";
import { run } from "../process.mjs";
import { canInstallPackages, installPackages } from "./apt.mjs";
import { found, missing } from "./outcome.mjs";

const hint = "Install Chromium or Google Chrome, or set CHROME_BIN to its program.";

/**
 * Finds Chromium, or installs it where that needs no questions.
 *
 * @param {(text: string) => void} progress called before long work
 * @returns {Promise<import("./outcome.mjs").Outcome>}
 */
export async function chromium(progress) {
  const installed = findChromium();
  if (installed) return found("Chromium", installed, installed);
  const named = process.env.CHROME_BIN;
  if (named) return missing("Chromium", `CHROME_BIN is ${named}: not a program`, hint);
  if (!(await canInstallPackages())) return missing("Chromium", "not found", hint);

  progress("installing the package chromium by apt-get");
  try {
    await installPackages(["chromium"]);
  } catch (error) {
    return missing("Chromium", `apt-get could not install it: ${error.message}`, hint);
  }
  const path = findChromium();
  // Ubuntu's package of this name only installs a snap, which may not start without snapd.
  const works = path && (await run(path, ["--version"], { output: "capture" }).catch(() => ""));
  return works
    ? found("Chromium", `installed ${works.trim()}`, path)
    : missing("Chromium", "the package does not start", hint);
}
