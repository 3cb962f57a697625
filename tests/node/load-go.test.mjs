// Real Go programs through load().

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { load } from "../../dist/index.js";
import { negotiating, packed, plain, serve, WASM, whole } from "./load/fixture.mjs";
import { built, withoutExports, withoutGo } from "./load/programs.mjs";

/** A compiled program, ready to be instantiated. */
const compiled = (name, goos) => new WebAssembly.Module(readFileSync(built(name, goos)));

/** What a program writes, as text. */
function output() {
  const chunks = { stdout: [], stderr: [] };
  const sinks = {
    stdout: (chunk) => chunks.stdout.push(chunk.slice()),
    stderr: (chunk) => chunks.stderr.push(chunk.slice()),
  };
  // Not an option, so it is not spread with those.
  return Object.defineProperty(sinks, "text", { value: (name) => Buffer.concat(chunks[name]).toString() });
}

describe("a command", { skip: withoutGo }, () => {
  let program;
  before(() => {
    const bytes = readFileSync(built("echo"));
    const go = { release: null, goos: "js", kind: "command" };
    program = packed(bytes, { go, abi: "gojs", name: "echo" });
  });

  for (const [via, routes] of Object.entries({ native: negotiating, decoder: plain })) {
    test(`gets what its host gives it: ${via}`, async () => {
      const server = await serve(routes(program));
      const out = output();
      const options = { args: ["a", "b c"], env: { GREETING: "hi" }, stdin: "input", ...out };
      const app = await load(`${server.url}/app.json`, options);
      assert.equal(app.via, via);
      assert.equal(await app.exited, 3);
      assert.equal(out.text("stdout"), '["echo" "a" "b c"] "hi" "input"\n');
      assert.equal(out.text("stderr"), "to stderr\n");
    });
  }

  test("without a manifest its host is found by its imports", async () => {
    const server = await serve({ "/echo.wasm": whole(program.module, WASM) });
    const out = output();
    const app = await load(`${server.url}/echo.wasm`, { stdin: "", ...out });
    assert.equal(await app.exited, 3);
    assert.match(out.text("stdout"), /^\["js"\]/);
  });

  test("killed, it ends with 137", async () => {
    const out = output();
    const app = await load(new WebAssembly.Module(program.module), { args: ["sleep"], ...out });
    assert.equal(out.text("stdout"), "sleeping\n");
    app.kill();
    assert.equal(await app.exited, 137);
  });

  test("a module serves any number of programs at once", async () => {
    const { module, exited } = await load(new WebAssembly.Module(program.module), { stdin: "", ...output() });
    const outs = [output(), output()];
    const apps = await Promise.all(outs.map((out, at) => load(module, { stdin: "", args: [`${at}`], ...out })));
    assert.deepEqual(await Promise.all([exited, ...apps.map((app) => app.exited)]), [3, 3, 3]);
    assert.deepEqual(
      outs.map((out) => out.text("stdout").includes(`"1"`)),
      [false, true],
    );
  });

  test("arguments that do not fit are refused by load() itself", async () => {
    const args = ["x".repeat(20_000)];
    await assert.rejects(load(new WebAssembly.Module(program.module), { args }), { code: "invalid-option" });
  });

  test("waiting for nothing, it reports the deadlock when Node has nothing left to do", () => {
    const module = fileURLToPath(new URL("../../dist/index.js", import.meta.url));
    const script = `
      import { load } from ${JSON.stringify(pathToFileURL(module).href)};
      const app = await load(process.argv[1]);
      process.exitCode = 10 + (await app.exited);`;
    const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script, built("deadlock")]);
    assert.match(String(stderr), /all goroutines are asleep - deadlock!/);
    assert.equal(status, 12);
  });

  test("imports that are missing have a code", async () => {
    // (module (import "other_host" "f" (func)))
    const bytes = Buffer.from("0061736d01000000010401600000" + "0210010a6f746865725f686f7374016600" + "00", "hex");
    const module = new WebAssembly.Module(bytes);
    await assert.rejects(load(module), { code: "unsupported-abi", message: /other_host.*imports/ });
  });
});

describe("exported functions", { skip: withoutExports }, () => {
  test("can be called when load() has resolved, and call imported ones", async () => {
    const module = compiled("offers");
    const app = await load(module, { imports: { env: { twice: (x) => 2 * x } } });
    assert.equal(app.exports.answer(20), 41);
    assert.equal(app.exports.answer(-1), -1);
    app.kill();
    assert.equal(await app.exited, 137);
  });

  test("a function of //go:wasmimport that is not given is named", async () => {
    const module = compiled("offers");
    await assert.rejects(load(module), { code: "instantiate", message: /env.*go:wasmimport/ });
  });
});
