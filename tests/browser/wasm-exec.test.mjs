// `gowasp/wasm_exec` in pages: as a classic script, as a module, in a worker, and in esbuild's own package for browsers.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../scripts/paths.mjs";
import { run } from "../../scripts/process.mjs";
import { withoutGo } from "../harness/go.mjs";
import { freshPages } from "../harness/pages/fresh.mjs";
import { bytes } from "../harness/pages/server.mjs";
import { buildProgram } from "../node/go/support.mjs";
import { classicScript, replaced } from "../wasm-exec/packages.mjs";

/** @type {import("playwright-core").Page} */
let page;
/** @type {import("../harness/pages/server.mjs").TestServer} */
let server;
freshPages((...fresh) => {
  [page, server] = fresh;
});

test("examples/wasm-exec", { skip: withoutGo }, async () => {
  const example = join(root, "examples/wasm-exec");
  const wasm = join(await mkdtemp(join(tmpdir(), "gowasp-example-")), "main.wasm");
  const env = { ...process.env, GOOS: "js", GOARCH: "wasm", GOFLAGS: "" };
  await run("go", ["build", "-o", wasm], { cwd: example, env, output: "capture" });
  server.answers.set("/index.html", bytes(await readFile(join(example, "index.html")), "text/html"));
  server.answers.set("/main.wasm", bytes(await readFile(wasm), "application/wasm"));
  server.answers.set("/node_modules/gowasp/dist/wasm_exec.js", bytes(classicScript(), "text/javascript"));
  await page.goto(`${server.url}index.html`);
  await page.waitForFunction(() => document.body.textContent?.includes("Hello!"));
  await rm(join(wasm, ".."), { recursive: true });
});

test("esbuild's service in a worker answers the same with the class in the place of its own", async () => {
  const package_ = join(root, "node_modules/esbuild-wasm");
  const own = await readFile(join(package_, "lib/browser.js"), "utf8");
  server.answers.set("/esbuild.wasm", bytes(await readFile(join(package_, "esbuild.wasm")), "application/wasm"));
  // Its worker is made of a blob, which the usual policy forbids.
  server.answers.set("/own", bytes(`<!doctype html><script>${closed(own)}</script>`, "text/html"));
  server.answers.set("/changed", bytes(`<!doctype html><script>${closed(withOurs(own))}</script>`, "text/html"));
  const answers = [];
  for (const path of ["own", "changed"]) {
    await page.goto(`${server.url}${path}`);
    answers.push(await page.evaluate(askEsbuild));
  }
  assert.match(answers[0].transformed, /^export const größe=1/);
  assert.deepEqual(answers[1], answers[0]);
});

/** Text for the inside of a script element. */
const closed = (/** @type {string} */ text) => text.replaceAll("</script", "<\\/script");

/** The package's script holds that of its worker as text, with the class in it. */
function withOurs(/** @type {string} */ text) {
  const end = "})();\\n      onmessage = ({ data: wasm })";
  const from = text.indexOf("(() => {\\n        const enosys");
  const to = text.indexOf(end, from);
  const ours = JSON.stringify(classicScript()).slice(1, -1).replaceAll("'", "\\'");
  return replaced(text, text.slice(from, to + "})();".length), ours);
}

async function askEsbuild() {
  const { esbuild } = /** @type {any} */ (globalThis);
  await esbuild.initialize({ wasmURL: "/esbuild.wasm", worker: true });
  const source = "export const größe: number = 1; export default <p>{größe}</p>;\n";
  const { code } = await esbuild.transform(source, { loader: "tsx", minify: true, charset: "utf8" });
  const problem = await esbuild.transform("let a = {").catch((/** @type {Error} */ error) => error.message);
  const { outputFiles } = await esbuild.build({
    stdin: { contents: 'import a from "a"; console.log(a)' },
    bundle: true,
    write: false,
    plugins: [
      {
        name: "virtual",
        setup(/** @type {any} */ build) {
          build.onResolve({ filter: /^a$/ }, () => ({ path: "a", namespace: "virtual" }));
          build.onLoad({ filter: /./, namespace: "virtual" }, () => ({ contents: "export default [1, 2]" }));
        },
      },
    ],
  });
  return { transformed: code, problem, built: outputFiles[0].text };
}

const runs = `
  const lines = [];
  console.log = (line) => lines.push(line);
  const go = new Go();
  go.argv = ["page", "files"];
  const { instance } = await WebAssembly.instantiateStreaming(fetch("/program.wasm"), go.importObject);
  await go.run(instance);`;

for (const [kind, script] of Object.entries({
  "classic script": `<script src="/gowasp/wasm_exec.js"></script>
    <script type="module">${runs} globalThis.told = [lines, go.exited, "Go" in globalThis];</script>`,
  module: `<script type="module">import { Go } from "/gowasp/wasm_exec.mjs";
    ${runs} globalThis.told = [lines, go.exited, "Go" in globalThis];</script>`,
  worker: `<script>
    const text = \`importScripts("\${location.origin}/gowasp/wasm_exec.js");
      globalThis.fetch = ((own) => (path) => own("\${location.origin}" + path))(fetch);
      (async () => { ${runs} postMessage([lines, go.exited, "Go" in globalThis]); })();\`;
    const worker = new Worker(URL.createObjectURL(new Blob([text])));
    worker.onmessage = ({ data }) => { globalThis.told = data; };</script>`,
})) {
  test(kind, { skip: withoutGo }, async () => {
    server.answers.set("/program.wasm", bytes(await readFile(buildProgram("classic")), "application/wasm"));
    server.answers.set("/run", bytes(`<!doctype html>${script}`, "text/html"));
    await page.goto(`${server.url}run`);
    const told = await (await page.waitForFunction(() => /** @type {any} */ (globalThis).told)).jsonValue();
    assert.deepEqual(told, [["[page files] ", "true false"], true, kind !== "module"]);
  });
}
