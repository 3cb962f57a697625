/**
 * Runs `GOOS=js` test programs in a browser.
 */
import { readFileSync } from "node:fs";
import { resultOfPage } from "../harness/browsers.mjs";

const TIMEOUT_MS = 1_800_000;

/**
 * Runs programs one after another in one page.
 *
 * @param {keyof typeof import("../harness/browsers.mjs").BROWSERS} browser
 * @param {{program: import("../harness/programs/catalog.mjs").Program, wasm: string}[]} runs with the paths of modules
 * @param {string} wasmExec path of Go's `wasm_exec.js`
 * @returns {Promise<import("../harness/child.mjs").Outcome[]>} in the order of `runs`
 */
export async function runInBrowser(browser, runs, wasmExec) {
  const script = (url) => ["text/javascript", readFileSync(url)];
  const programs = runs.map(({ program }, i) => ({
    url: `/${i}.wasm`,
    args: program.args,
    env: { TZ: "UTC", ...program.env },
  }));
  const files = {
    "/": ["text/html", '<!doctype html><script type="module" src="/page.mjs"></script>'],
    "/page.mjs": script(new URL("programs_page.mjs", import.meta.url)),
    "/worker.js": script(new URL("programs_worker.js", import.meta.url)),
    "/wasm_exec.js": script(wasmExec),
    "/programs.json": ["application/json", JSON.stringify(programs)],
  };
  runs.forEach(({ wasm }, i) => {
    files[`/${i}.wasm`] = () => ["application/wasm", readFileSync(wasm)];
  });
  return (await resultOfPage(browser, files, { timeoutMs: TIMEOUT_MS })).outcomes;
}
