// A Go program with the package's host functions in a page of Chromium.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { test } from "node:test";
import { findChromium } from "../../npx/exec/find-chromium.mjs";
import { launchChromium } from "../../scripts/chromium.mjs";
import { withoutGo } from "../harness/go.mjs";
import { bundleHost } from "../harness/go_host.mjs";
import { buildProgram } from "./go/support.mjs";

const withoutChromium = findChromium() || process.env.CI ? false : "Chromium is not installed";

const PAGE = `<!doctype html><body><script type="module">
  import { GoHost } from "/host.mjs";
  const names = Object.getOwnPropertyNames(globalThis).length;
  const host = new GoHost({ args: [location.origin + "/data"] });
  const { instance } = await WebAssembly.instantiateStreaming(fetch("/program.wasm"), { gojs: host.imports });
  const code = await host.run(instance);
  console.log("exit code", code, "new names", Object.getOwnPropertyNames(globalThis).length - names);
</script>`;

async function serve(files) {
  const server = createServer((request, response) => {
    const [type, body] = files[request.url] ?? ["text/plain", ""];
    response.writeHead(request.url in files ? 200 : 404, { "Content-Type": type }).end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

test("a page", { skip: withoutGo || withoutChromium }, async (t) => {
  const server = await serve({
    "/": ["text/html", PAGE],
    "/host.mjs": ["text/javascript", readFileSync(await bundleHost())],
    "/program.wasm": ["application/wasm", readFileSync(buildProgram("browser"))],
    "/data": ["text/plain", "x".repeat(100_000)],
  });
  t.after(() => server.close());
  const browser = await launchChromium();
  t.after(() => browser.close());
  const page = await browser.newPage();
  const lines = [];
  page.on("console", (message) => {
    // What the browser itself says of the refused connection and the missing icon is not the program's.
    if (message.type() !== "error") lines.push(message.text());
  });
  page.on("pageerror", (error) => lines.push(String(error)));
  const done = page.waitForEvent("console", {
    predicate: (message) => message.text().startsWith("exit code"),
    timeout: 60_000,
  });
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await done;
  assert.deepEqual(lines, [
    "true true true",
    '<p style="color: red;">größe</p> true',
    "clicks 2",
    "scheduled",
    "200 100000 <nil>",
    "refused: true",
    "random <nil>",
    "-1 getwd: not implemented on js",
    "exit code 4 new names 0",
  ]);
});
