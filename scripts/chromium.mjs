// Starts Chromium for checks, headless and silent.

import { findChromium } from "../npx/exec/find-chromium.mjs";

/** Flags that keep a test browser from talking to anyone but the page's server. */
const flags = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * @returns {Promise<import("playwright-core").Browser>}
 * @throws Error when there is no Chromium
 */
export async function launchChromium() {
  // Installed by set-up, which runs before this is called but not before this file is read.
  const { chromium } = await import("playwright-core");
  return chromium.launch({ ...chromiumOptions(), headless: true });
}

/**
 * Starts Chromium with an extension that is not packed.
 *
 * @param {string} extension its folder
 * @param {string} profile folder for what the browser keeps
 * @returns {Promise<import("playwright-core").BrowserContext>}
 */
export async function launchExtension(extension, profile) {
  const { chromium } = await import("playwright-core");
  const options = chromiumOptions();
  const args = [
    "--headless=new",
    "--disable-features=DisableLoadExtensionCommandLineSwitch",
    `--disable-extensions-except=${extension}`,
    `--load-extension=${extension}`,
  ];
  return chromium.launchPersistentContext(profile, {
    ...options,
    headless: false,
    args: [...options.args, ...args],
  });
}

/** What Playwright needs to know to start it. */
function chromiumOptions() {
  const executablePath = findChromium();
  if (!executablePath) throw new Error("There is no Chromium; `npm run setup` says what to do.");
  // Chromium's sandbox cannot be set up by root, who runs the tests in containers.
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return { executablePath, args: [...flags, ...sandbox] };
}
