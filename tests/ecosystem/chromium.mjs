import { chromium } from "playwright-core";

/** How Chromium is started. */
export const chromiumOptions = {
  executablePath: process.env.CHROME_BIN || "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
};

/**
 * Starts Chromium with an extension that is not packed.
 *
 * @param {string} extension its folder
 * @param {string} profile folder for what the browser keeps
 * @returns {Promise<import("playwright-core").BrowserContext>}
 */
export function launchExtension(extension, profile) {
  return chromium.launchPersistentContext(profile, {
    ...chromiumOptions,
    headless: false,
    args: [
      ...chromiumOptions.args,
      "--headless=new",
      "--disable-features=DisableLoadExtensionCommandLineSwitch",
      `--disable-extensions-except=${extension}`,
      `--load-extension=${extension}`,
    ],
  });
}
