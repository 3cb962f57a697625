// Programs from npm packages, of Go releases that no longer build everywhere, give the same results under the package's host
// functions as with the wasm_exec.js that they ship with.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { transform } from "esbuild";
import { importHost } from "../harness/go_host.mjs";

const modules = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../node_modules");
const file = (...names) => path.join(modules, ...names);

describe("programs from npm", () => {
  let GoHost;
  before(async () => {
    ({ GoHost } = await importHost());
  });

  async function start(bytes, importModule, options) {
    const host = new GoHost(options);
    const { instance } = await WebAssembly.instantiate(bytes, { [importModule]: host.imports });
    return { host, exited: host.run(instance) };
  }

  test("hcl2json, Go 1.18, whose functions are imported from module go", async () => {
    const root = {};
    const wasm = gunzipSync(readFileSync(file("@cdktf/hcl2json/main.wasm.gz")));
    const { host } = await start(wasm, "go", { global: { __parse_terraform_config_wasm__: root } });
    const { parse } = createRequire(import.meta.url)("@cdktf/hcl2json");
    const ours = (name, text) =>
      new Promise((resolve, reject) => {
        root.parse(name, text, (error, result) => (error ? reject(new Error(error)) : resolve(JSON.parse(result))));
      });
    const text = 'resource "a" "größe" {\n  list = [1, 2.5, "three", null]\n  nested { value = true }\n}\n';
    assert.deepEqual(await ours("main.tf", text), await parse("main.tf", text));
    const problem = (parser) => parser("bad.tf", "a = {").catch((error) => error.message);
    assert.match(await problem(ours), /bad\.tf/);
    assert.equal(await problem(ours), await problem(parse));
    host.kill();
  });

  test("the Astro compiler, Go 1.22", async () => {
    const global = { "@astrojs/compiler": undefined };
    const { host } = await start(readFileSync(file("@astrojs/compiler/dist/astro.wasm")), "gojs", { global });
    const astro = await import("@astrojs/compiler");
    const source = `---\nconst name = "größe";\n---\n<h1 class="x">{name}</h1>\n<style>h1 { color: red }</style>\n`;
    const options = { filename: "/page.astro" };
    const ours = await global["@astrojs/compiler"].transform(source, options);
    const { code, css } = await astro.transform(source, options);
    assert.equal(ours.code, code);
    assert.deepEqual(ours.css, css);
    host.kill();
  });

  test("esbuild, Go 1.26, from standard input to standard output", async () => {
    const wasm = readFileSync(file("esbuild-wasm/esbuild.wasm"));
    const source = `const größe: number = 1; export default <p>{größe}</p>;\n`;
    const args = ["--loader=tsx", "--minify", "--sourcemap=inline"];
    const output = { stdout: [], stderr: [] };
    const { exited } = await start(wasm, "gojs", {
      args,
      stdin: source,
      stdout: (chunk) => output.stdout.push(chunk),
      stderr: (chunk) => output.stderr.push(chunk),
      process: { cwd: () => "/" },
    });
    assert.equal(await exited, 0, Buffer.concat(output.stderr).toString());
    const native = await transform(source, { loader: "tsx", minify: true, sourcemap: "inline" });
    assert.equal(Buffer.concat(output.stdout).toString(), native.code);
  });
});
