// Opens the demo page in a browser and makes sure that it does what it shows.

import { launchChromium } from "../chromium.mjs";

const source = 'const greet = (name: string) => <p title={name ?? "x"}>Hello</p>;';
/** What esbuild 0.28.2 makes of it with the page's options. */
const expected = [
  'import { jsx } from "react/jsx-runtime";',
  'const greet = (name) => /* @__PURE__ */ jsx("p", { title: name != null ? name : "x", children: "Hello" });',
];

/**
 * @typedef {object} PageCheck
 * @property {string} name what is checked, for people
 * @property {string} url
 * @property {string} how words that the page must say about how the module came
 */

/**
 * Runs each check in a fresh profile and says how it went.
 *
 * @param {PageCheck[]} checks
 * @returns {Promise<boolean>} whether all went well
 */
export async function checkPages(checks) {
  const browser = await launchChromium();
  let good = true;
  try {
    for (const { name, url, how } of checks) {
      const problem = await checkPage(await browser.newContext(), url, how);
      console.log(problem ? `✗ ${name}: ${problem}` : `✓ ${name}`);
      good &&= !problem;
    }
  } finally {
    await browser.close();
  }
  return good;
}

/** How long a page may take on a busy machine before it counts as stuck. */
const patience = 60_000;

/** @returns {Promise<string | undefined>} what is wrong */
async function checkPage(
  /** @type {import("playwright-core").BrowserContext} */ context,
  /** @type {string} */ url,
  /** @type {string} */ how,
) {
  const page = await context.newPage();
  /** @type {string[]} */
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  try {
    await page.goto(url);
    const status = page.locator("#status:not([data-state=loading])");
    await status.waitFor({ timeout: patience });
    if ((await status.getAttribute("data-state")) !== "ready")
      return `the page says: ${await page.locator("#failure").textContent()}`;
    const said = await page.locator("#how").textContent();
    if (!said?.includes(how)) return `expected the page to say “${how}”, it says “${said}”`;
    await page.selectOption("[name=target]", "es2017");
    await page.fill("#source", source);
    const output = page.locator("#result", { hasText: "Hello" }).filter({ hasText: "greet" });
    await output.waitFor({ timeout: patience });
    const code = ((await output.textContent()) ?? "").replace(/\s+/g, " ").trim();
    if (!expected.every((line) => code.includes(line))) return `esbuild answered: ${code}`;
    return errors[0];
  } catch (error) {
    return [error.message, ...errors].join("; ");
  } finally {
    await context.close();
  }
}
