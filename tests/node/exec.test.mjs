// gowasp-exec in Node, and what it says of wrong use.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { root } from "../../scripts/paths.mjs";
import { execTests, goTest } from "../exec/cases.mjs";
import { withoutGo } from "../harness/go.mjs";
import { answerModule } from "../harness/pages/module.mjs";
import { buildProgram } from "./go/support.mjs";

execTests("", { host: { js: "js node undefined", wasip1: "wasip1" } });

const run = (/** @type {string[]} */ args, env = {}) =>
  spawnSync(process.execPath, [join(root, "npx/gowasp-exec.mjs"), ...args], {
    encoding: "utf8",
    env: { ...process.env, ...env },
  });

describe("wrong use", () => {
  /** @type {string} */
  let folder;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "gowasp-exec-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const file = (/** @type {string | Uint8Array} */ content) => {
    const path = join(folder, "file");
    writeFileSync(path, content);
    return path;
  };

  test("of the command line ends with 2", () => {
    for (const [args, message] of /** @type {[string[], RegExp][]} */ ([
      [[], /the program is missing/],
      [["--frob", "a.wasm"], /unexpected argument '--frob'/],
    ])) {
      const { status, stderr } = run(args);
      assert.equal(status, 2);
      assert.match(stderr, message);
      assert.match(stderr, /--help/);
    }
  });

  test("help has examples", () => {
    const { status, stdout } = run(["--help"]);
    assert.equal(status, 0);
    assert.match(stdout, /go test -exec gowasp-exec/);
  });

  for (const [what, content, message] of /** @type {[string, () => string | Uint8Array, RegExp][]} */ ([
    ["a program for Linux", () => "\x7fELF\x02", /is no WebAssembly but a program for Linux; build with GOOS=js/],
    ["an archive", () => "!<arch>\n", /the package is not main/],
    ["damaged", () => Buffer.from("\0asm\x01\0\0\0\x01", "latin1"), /is not valid: /],
    ["not of Go", () => answerModule(10), /is no Go program/],
    ["of TinyGo", () => Buffer.from(moduleWith("gojs", "runtime.ticks"), "latin1"), /is a program of TinyGo's/],
  ])) {
    test(`a module that is ${what}`, () => {
      const { status, stderr } = run([file(content())]);
      assert.equal(status, 1);
      assert.match(stderr, message);
      assert.match(stderr, /^gowasp-exec: .*\n$/);
    });
  }

  test("a program that is not there", () => {
    const { status, stderr } = run([join(folder, "nothing.wasm")]);
    assert.equal(status, 1);
    assert.match(stderr, /cannot be read: ENOENT/);
  });

  test("a library", { skip: withoutGo }, () => {
    const { status, stderr } = run([file(Buffer.from(moduleWith("wasi_snapshot_preview1", "fd_write"), "latin1"))]);
    assert.equal(status, 1);
    assert.match(stderr, /is a library/);
  });

  test("no Chromium", { skip: withoutGo }, () => {
    const { status, stderr } = run(["--browser", buildProgram("classic")], { CHROME_BIN: join(folder, "none") });
    assert.equal(status, 1);
    assert.match(stderr, /CHROME_BIN is .*none, which is no program/);
  });
});

test("--fetch hides the name by which net/http knows Node", { skip: withoutGo }, () => {
  const { stdout } = run(["--fetch", buildProgram("classic"), "argv0"]);
  assert.match(stdout, /^go$/m);
});

test("examples/go-test", { skip: withoutGo }, () => {
  const { status, stdout, stderr } = goTest(join(root, "examples/go-test"), "gowasp-exec");
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /^--- PASS: TestLabel[\s\S]*^--- SKIP: TestClicks/m);
});

/** A module that imports a function, of no arguments and results. */
function moduleWith(/** @type {string} */ from, /** @type {string} */ name) {
  const text = (/** @type {string} */ value) => String.fromCharCode(value.length) + value;
  const section = (/** @type {number} */ id, /** @type {string} */ content) => String.fromCharCode(id) + text(content);
  return `\0asm\x01\0\0\0${section(1, "\x01\x60\0\0")}${section(2, `\x01${text(from)}${text(name)}\0\0`)}`;
}
