// Starts Chromium for checks, headless and silent.

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
 * @param {string} [executablePath] default: what set-up found
 * @returns {Promise<import("playwright-core").Browser>}
 */
export async function launchChromium(executablePath = process.env.CHROME_BIN || "/usr/bin/chromium") {
  // Installed by set-up, which runs before this is called but not before this file is read.
  const { chromium } = await import("playwright-core");
  // Chromium's sandbox cannot be set up by root, which is who runs tests in containers.
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath, headless: true, args: [...flags, ...sandbox] });
}
