// The Go package in go/: its own tests, under Go's wasm_exec.js and under load(), and the example of its use.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { load } from "../../dist/index.js";
import * as harness from "../harness/go.mjs";
import { goroot, withoutGo, withoutRelease } from "../harness/go.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const example = path.join(root, "examples/go-functions");
const js = { GOOS: "js", GOARCH: "wasm" };

function go(args, { cwd = path.join(root, "go"), ...env } = {}) {
  try {
    return harness.go(args, { GOFLAGS: "", ...env }, cwd);
  } catch (error) {
    throw new Error(`go ${args.join(" ")}:\n${error.stdout}${error.stderr}`);
  }
}

describe("the Go package", { skip: withoutGo }, () => {
  // The oldest release that go.mod allows, and the newest that everybody has. Toolchains from the module proxy have no
  // go_js_wasm_exec of their own; that of another release does.
  const reference = path.join(withoutGo ? "" : goroot(), "lib/wasm/go_js_wasm_exec");
  const loader = path.join(root, "tests/node/go/exec.mjs");
  for (const [name, toolchain, skip] of [
    ["this release", "local", false],
    ["Go 1.21", "go1.21.13", withoutRelease("1.21.13")],
  ]) {
    for (const [host, exec] of [
      ["wasm_exec.js", reference],
      ["load()", loader],
    ]) {
      test(`${name}, ${host}`, { skip: skip || (!existsSync(exec) && `there is no ${exec}`) }, () => {
        go(["test", "-exec", exec, "."], { GOTOOLCHAIN: toolchain, ...js });
      });
    }
  }

  test("is in order for go vet, on a page's system and on this one", () => {
    go(["vet", "./..."], js);
    go(["vet", "./..."]);
    assert.equal(execFileSync("gofmt", ["-l", "."], { cwd: path.join(root, "go"), encoding: "utf8" }), "");
  });

  test("gowasp-types declares what is offered, so that TypeScript takes it", () => {
    go(["test", "./cmd/gowasp-types"]);
    const declarations = go(["run", "github.com/gowasp/gowasp/go/cmd/gowasp-types", "."], { cwd: example });
    assert.equal(declarations, readFileSync(path.join(example, "functions.d.ts"), "utf8"));
    const files = [path.join(root, "go/cmd/gowasp-types/testdata/app.d.ts"), path.join(example, "functions.d.ts")];
    const tsc = path.join(root, "node_modules/.bin/tsc");
    execFileSync(tsc, ["--ignoreConfig", "--noEmit", "--strict", ...files], { stdio: "pipe" });
  });
});

describe("the example go-functions", { skip: withoutGo }, () => {
  let folder;
  let module;
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "gowasp-functions-"));
    const file = path.join(folder, "functions.wasm");
    go(["build", "-o", file, "."], { cwd: example, ...js });
    module = await WebAssembly.compile(readFileSync(file));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const offered = () => ({ version: undefined, countWords: undefined, countWordsAt: undefined });

  test("offers its functions when load() resolves", async () => {
    const fetchText = async (address) => {
      if (address === "slow") await new Promise((resolve) => setTimeout(resolve, 500));
      if (address === "broken") throw new TypeError("no such address");
      return "to be or not to be";
    };
    const { scope, kill } = await load(module, { ready: true, global: { ...offered(), fetchText } });
    assert.equal(scope.version, "1.0");
    assert.deepEqual(scope.countWords("b a b").slice(0, 1), [{ text: "b", count: 2 }]);
    assert.throws(() => scope.countWords(""), { name: "Error", message: "there is no text" });
    assert.equal((await scope.countWordsAt("here", 400))[0].text, "be");
    await assert.rejects(scope.countWordsAt("broken", 400), TypeError);
    await assert.rejects(scope.countWordsAt("slow", 10), { message: "no text within the time" });
    kill();
  });

  test("throws where a policy forbids to evaluate strings", () => {
    const script = `
      import { load } from ${JSON.stringify(new URL("../../dist/index.js", import.meta.url).href)};
      await load(${JSON.stringify(path.join(folder, "functions.wasm"))}, { ready: true });
      try { countWords("") } catch (error) { console.log(error.message) }
      try { eval("1") } catch (error) { console.log(error.name) }
      process.exit();`;
    const args = ["--disallow-code-generation-from-strings", "--input-type=module", "-e", script];
    const printed = execFileSync(process.execPath, args, { encoding: "utf8" });
    assert.equal(printed, "there is no text\nEvalError\n");
  });

  test("programs side by side are ready each for itself, in a frozen scope too", async () => {
    const started = [];
    const apps = await Promise.all(
      [1, 2].map(async () => {
        const global = Object.seal(offered());
        const app = await load(module, { ready: true, global });
        started.push(typeof global.countWords);
        return app;
      }),
    );
    assert.deepEqual(started, ["function", "function"]);
    assert.equal("gowaspReady" in globalThis, false);
    for (const { kill } of apps) kill();
  });

  test("in a worker, too", async () => {
    const app = await load(path.join(folder, "functions.wasm"), { worker: true, ready: true });
    app.kill();
    assert.equal(await app.exited, 137);
  });

  test("one that never calls Ready is waited for until it ends", async () => {
    const { buildProgram } = await import("./go/support.mjs");
    const other = await WebAssembly.compile(readFileSync(buildProgram("old")));
    await assert.rejects(load(other, { ready: true, stdout() {} }), { code: "exited", message: /before it was ready/ });
  });
});
