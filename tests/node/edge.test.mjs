// gowasp/workers in Node: what of it does not depend on workerd. In workerd it is tested by tests/ecosystem/edge.mjs.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { goHandler } from "../../dist/workers.js";
import { go, withoutGo } from "../harness/go.mjs";
import { answerModule } from "../harness/pages/module.mjs";
import { buildProgram } from "./go/support.mjs";

const handlerFolder = fileURLToPath(new URL("../ecosystem/edge/handler", import.meta.url));
const request = (address, init) => new Request(`http://localhost${address}`, init);
const ask = async (handler, address, init) => {
  const response = await handler.fetch(request(address, init), { NAME: "Ada", LONG: "x".repeat(9000), COUNT: 5 });
  return `${response.status} ${(await response.text()).trim()}`;
};

describe("goHandler", { skip: withoutGo }, () => {
  let folder;
  let module;
  let errors;
  const { error } = console;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), "gowasp-edge-"));
    const file = path.join(folder, "handler.wasm");
    go(["build", "-o", file, "."], { GOOS: "js", GOARCH: "wasm", GOFLAGS: "" }, handlerFolder);
    module = new WebAssembly.Module(readFileSync(file));
    console.error = (...all) => errors.push(all.join(" "));
    errors = [];
  });
  after(() => {
    console.error = error;
    rmSync(folder, { recursive: true });
  });

  test("wrong arguments", () => {
    for (const [wrong, options] of [
      [undefined, {}],
      ["app.wasm", {}],
      [module, { instances: "both" }],
      [module, { timeout: 0 }],
      [module, { timeout: "soon" }],
    ]) {
      assert.throws(() => goHandler(wrong, options), { name: "GowaspError", code: "invalid-option" });
    }
  });

  test("modules that are no handlers", async () => {
    const other = goHandler(new WebAssembly.Module(answerModule(1)));
    errors.length = 0;
    assert.equal(await ask(other, "/"), "500 Internal Server Error");
    assert.match(errors.join("\n"), /lacks the exports mem, run, resume/);
    // Imports a function f of a module x.
    const imports = [1, 4, 1, 0x60, 0, 0, 2, 7, 1, 1, 0x78, 1, 0x66, 0, 0];
    const foreign = Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...imports]);
    await assert.rejects(goHandler(new WebAssembly.Module(foreign)).fetch(request("/")), {
      code: "instantiate",
      message: /is it built for GOOS=js\?$/,
    });
    // One that ends without having served.
    const ends = goHandler(new WebAssembly.Module(readFileSync(buildProgram("old"))));
    assert.equal(await ask(ends, "/"), "500 Internal Server Error");
  });

  test("the environment is what is a text among the bindings, as far as there is room", async () => {
    assert.match(await ask(goHandler(module), "/request"), /^418 GET localhost .* Ada Ada$/);
    assert.match(await ask(goHandler(module, { env: { NAME: "Bob" } }), "/request"), / Ada Bob$/);
  });

  for (const instances of ["request", "shared"]) {
    test(`${instances}: a handler that does not answer, and one that ends its program`, async () => {
      const handler = goHandler(module, { instances, timeout: 700 });
      const waiting = ask(handler, "/sleep?ms=80", { method: "POST", body: "patient" });
      assert.equal(await ask(handler, "/never"), "500 Internal Server Error");
      assert.equal(await waiting, "200 patient <nil>");
      assert.equal(await ask(handler, "/count"), "200 1");
      assert.equal(await ask(handler, "/exit"), "500 Internal Server Error");
      assert.equal(await ask(handler, "/count"), "200 1");
    });

    test(`${instances}: the context ends with the signal of the request`, async () => {
      errors.length = 0;
      const handler = goHandler(module, { instances });
      const controller = new AbortController();
      const response = await handler.fetch(request("/stream?ms=30", { signal: controller.signal }));
      const reader = response.body.getReader();
      await reader.read();
      controller.abort();
      await reader.read().catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 200));
      assert.ok(errors.includes("stream: the client has gone away"), errors.join("\n"));
    });

    test(`${instances}: a body that nobody reads to its end is given up`, async () => {
      errors.length = 0;
      const handler = goHandler(module, { instances });
      const response = await handler.fetch(request("/stream?ms=5"));
      await response.body.cancel();
      await new Promise((resolve) => setTimeout(resolve, 200));
      assert.ok(
        errors.some((line) => line.startsWith("stream: ")),
        errors.join("\n"),
      );
    });

    test(`${instances}: waitUntil gets what goes on after the answer`, async () => {
      const stored = [];
      const waits = [];
      const env = { STORE: { put: async (...pair) => stored.push(pair.join()) } };
      const context = { waitUntil: (promise) => waits.push(promise) };
      const response = await goHandler(module, { instances }).fetch(request("/later?ms=20"), env, context);
      assert.equal(await response.text(), "now");
      assert.deepEqual(stored, []);
      await Promise.all(waits);
      assert.deepEqual(stored, ["later,done"]);
    });
  }

  test("events that the program has nothing for", async () => {
    errors.length = 0;
    await assert.rejects(goHandler(module, { timeout: 300 }).scheduled({ cron: "* * * * *" }), { code: "no-function" });
  });
});
