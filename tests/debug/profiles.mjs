// CPU profiles that V8 takes of a program with Go's names, in Node and in Chromium.

import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { launchChromium } from "../../scripts/chromium.mjs";
import { goroot } from "../harness/go.mjs";
import { run } from "./callers.mjs";
import { programPage, servePage } from "./page.mjs";

/**
 * The functions in which Node found a program, by `node --cpu-prof`.
 *
 * @param {string} wasm for js
 * @param {string} folder for the profile, new
 * @returns {string[]}
 */
export function shownByNode(wasm, folder) {
  mkdirSync(folder);
  run(process.execPath, ["--cpu-prof", "--cpu-prof-dir", folder, join(goroot(), "lib/wasm/wasm_exec_node.js"), wasm]);
  return namesIn(JSON.parse(readFileSync(join(folder, readdirSync(folder)[0]), "utf8")));
}

/**
 * The same by Chromium's profiler.
 *
 * @param {string} wasm for js
 * @returns {Promise<string[]>}
 */
export async function shownByChromium(wasm) {
  const server = await servePage(programPage(), wasm);
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    const profiler = await page.context().newCDPSession(page);
    await profiler.send("Profiler.enable");
    await page.goto(server.url);
    await profiler.send("Profiler.start");
    await page.evaluate("run()");
    const { profile } = await profiler.send("Profiler.stop");
    return namesIn(profile);
  } finally {
    await browser.close();
    await server.close();
  }
}

function namesIn(/** @type {{ nodes: { callFrame: { functionName: string } }[] }} */ profile) {
  return profile.nodes.map(({ callFrame }) => callFrame.functionName);
}
