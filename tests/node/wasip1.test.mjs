// Programs of GOOS=wasip1 on the package's own WASI, through load().

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import binaryen from "binaryen";
import { memoryFiles } from "../../dist/fs.js";
import { load } from "../../dist/index.js";
import { built, withoutExports, withoutGo } from "./load/programs.mjs";

const work = mkdtempSync(join(tmpdir(), "gowasp-wasip1-"));
after(() => rmSync(work, { recursive: true }));

const modules = new Map();
/** A compiled program. */
function compiled(name, flags = []) {
  if (!modules.has(name)) modules.set(name, new WebAssembly.Module(readFileSync(built(name, "wasip1", flags))));
  return modules.get(name);
}
const reactor = () => compiled("reactor", ["-buildmode=c-shared"]);

/** A module by hand. */
function wat(text) {
  const module = binaryen.parseText(text);
  try {
    return new WebAssembly.Module(module.emitBinary());
  } finally {
    module.dispose();
  }
}

/** Runs a program to its end. */
async function run(module, options = {}) {
  const text = { stdout: "", stderr: "" };
  const sink = (name) => (chunk) => {
    text[name] += new TextDecoder().decode(chunk);
  };
  const app = await load(module, { stdout: sink("stdout"), stderr: sink("stderr"), ...options });
  return { app, code: await app.exited.catch((error) => error), ...text };
}

describe("a command for wasip1", { skip: withoutGo }, () => {
  test("gets arguments, environment and input, and ends with its exit code", async () => {
    const options = { args: ["a", "b ü"], env: { GREETING: "hi" }, stdin: "input" };
    const { code, stdout, stderr, app } = await run(compiled("echo"), options);
    assert.equal(code, 3);
    assert.equal(stdout, '["main" "a" "b ü"] "hi" "input"\n');
    assert.equal(stderr, "to stderr\n");
    assert.equal(app.failure, undefined);
  });

  const bytes = new TextEncoder().encode("input");
  const pieces = [bytes.subarray(0, 2), "p", new Uint8Array(0), "ut"];
  const sources = {
    "a string": "input",
    bytes,
    "a stream": new Blob(["input"]).stream(),
    "an async iterable": (async function* () {
      yield* pieces;
    })(),
    "a function": (() => {
      let at = 0;
      return (max) => {
        assert.ok(max > 0);
        return bytes.subarray(at, ++at);
      };
    })(),
  };
  for (const [what, stdin] of Object.entries(sources)) {
    test(`reads its input from ${what}`, async () => {
      assert.match((await run(compiled("echo"), { stdin })).stdout, /"input"\n$/);
    });
  }

  for (const [what, stdin] of [
    ["none", undefined],
    ["an empty string", ""],
    ["a function that has nothing", () => null],
  ]) {
    test(`input is at its end at once: ${what}`, async () => {
      const { code, stdout } = await run(compiled("echo"), { stdin });
      assert.deepEqual([code, stdout], [3, '["main"] "" ""\n']);
    });
  }

  test("a promise as input is an I/O error, not a hang", async () => {
    const { stdout } = await run(compiled("files"), {
      fs: memoryFiles({ "/w/x": "" }),
      args: ["/w"],
      stdin: async () => bytes,
    });
    assert.match(stdout, /stdin I\/O error/);
  });

  test("in a thread of Node's it can be killed while it sleeps", async () => {
    const path = built("echo", "wasip1");
    let seen = () => {};
    const sleeping = new Promise((resolve) => {
      seen = resolve;
    });
    const app = await load(path, { worker: true, args: ["sleep"], stdout: seen });
    assert.equal(new TextDecoder().decode(await sleeping), "sleeping\n");
    app.kill();
    assert.equal(await app.exited, 137);
  });

  test("in a thread it works on a copy of files in memory, which come back", async () => {
    for (const goos of ["js", "wasip1"]) {
      const fs = memoryFiles({ "/w/kept": "kept" });
      fs.linkSync("/w/kept", "/w/second");
      fs.symlinkSync("kept", "/w/link");
      fs.utimesSync("/w", 5, 5);
      let text = "";
      const app = await load(built("files", goos), {
        worker: true,
        fs,
        args: ["/w"],
        stdin: "in",
        stdout: (chunk) => {
          text += new TextDecoder().decode(chunk);
        },
      });
      assert.equal(await app.exited, 0);
      assert.match(text, /left ok 3\n[\s\S]*stdin ok in\n$/);
      assert.deepEqual(fs.readdirSync("/w"), ["kept", "second", "link"]);
      assert.equal(fs.statSync("/w/second").nlink, 2);
      assert.equal(fs.readFileSync("/w/link", "utf8"), "kept");
      assert.ok(fs.statSync("/w").mtimeMs > 5000);
      const other = memoryFiles({ "/gone": "" });
      other.restore(structuredClone(fs.snapshot()));
      assert.deepEqual(other.snapshot().files, fs.snapshot().files);
    }
    const node = await load(built("files", "wasip1"), {
      worker: true,
      fs: "node",
      args: [mkdtempSync(join(work, "t"))],
      stdin: "",
      stdout() {},
    });
    assert.equal(await node.exited, 0);
  });

  test("killed by what takes its output, it ends there", async () => {
    const controller = { kill: undefined };
    const { wasip1 } = await import("../../dist/wasip1.js");
    let text = "";
    const program = wasip1({
      args: ["/w"],
      fs: memoryFiles({ "/w/x": "" }),
      stdout: (chunk) => {
        text += new TextDecoder().decode(chunk);
        if (text.includes("rename")) controller.kill();
      },
    });
    controller.kill = () => program.kill(9);
    program.run(await WebAssembly.instantiate(compiled("files"), { wasi_snapshot_preview1: program.imports }));
    assert.equal(await program.exited, 9);
    assert.doesNotMatch(text, /readlink/);
  });

  test("a panic is told with Go's words", async () => {
    const { code, stderr, app } = await run(compiled("deadlock"));
    assert.equal(code, 2);
    assert.match(stderr, /^fatal error: all goroutines are asleep/);
    assert.equal(app.failure.code, "panic");
    assert.match(app.failure.stack, /goroutine 1/);
  });

  test("Node's own files: it is where the process is, and writes to its standard output", () => {
    writeFileSync(
      join(work, "run.mjs"),
      `
      import { load } from ${JSON.stringify(new URL("../../dist/index.js", import.meta.url).href)};
      const app = await load(${JSON.stringify(pathToFileURL(built("files", "wasip1")).href)}, { fs: "node", args: ["."] });
      process.exit(await app.exited);`,
    );
    const { status, stdout } = spawnSync(process.execPath, ["../run.mjs"], {
      cwd: mkdtempSync(join(work, "x")),
      input: "from a pipe",
    });
    assert.equal(status, 0);
    assert.match(String(stdout), /walk ok \. d-{9}, deep .*\n[\s\S]*left ok 0\n[\s\S]*stdin ok from a pipe\n$/);
  });

  test("the same is said of files in memory and Node's, by js and wasip1", async () => {
    const said = [];
    for (const goos of ["js", "wasip1"]) {
      for (const fs of [memoryFiles({ "/w/x": "" }), "node"]) {
        if (fs !== "node") fs.unlinkSync("/w/x");
        const args = [fs === "node" ? mkdtempSync(join(work, "same-")) : "/w"];
        const module = new WebAssembly.Module(readFileSync(built("files", goos)));
        said.push((await run(module, { fs, args, stdin: "in" })).stdout);
      }
    }
    assert.match(said[0], /stdin ok in\n$/);
    for (const text of said) assert.equal(text, said[0]);
  });

  test("without files it is told so", async () => {
    const { code, stdout } = await run(compiled("files"), { args: ["/"] });
    assert.deepEqual([code, stdout], [1, "chdir Bad file number\n"]);
  });

  for (const [what, options, expected] of [
    ["read-only", { readOnly: true }, /mkdir Read-only file system\nwrite No such file/],
    ["full", { maxBytes: 2 }, /mkdir ok\nwrite No space left on device\n/],
  ]) {
    test(`a file system that is ${what}: the errno that Go knows`, async () => {
      for (const goos of ["js", "wasip1"]) {
        const fs = memoryFiles({ "/w/x": "" }, options);
        const module = new WebAssembly.Module(readFileSync(built("files", goos)));
        assert.match((await run(module, { fs, args: ["/w"] })).stdout, expected);
      }
    });
  }

  test("options that are of no use are refused", async () => {
    const refused = (options) =>
      assert.rejects(load(compiled("echo"), options), { name: "GowaspError", code: "invalid-option" });
    await refused({ preopens: { "/": "/" } });
    await refused({ fs: "node", preopens: { "/": join(work, "nothing") } });
    await refused({ fs: "node", preopens: { "/": join(work, "run.mjs") } });
    await refused({ preopens: "/" });
    await refused({ args: ["a\0b"] });
    await refused({ stdin: { not: "a stream" } });
    await assert.rejects(load(compiled("echo"), { fs: { constants: {} } }), {
      code: "unavailable",
      message: /openSync/,
    });
  });
});

describe("a reactor for wasip1", { skip: withoutExports }, () => {
  test("is initialized; its functions take and give all types", async () => {
    let text = "";
    const app = await load(reactor(), { stdout: (chunk) => (text += new TextDecoder().decode(chunk)) });
    assert.equal(text, "initialized\n");
    assert.equal(app.exports.add(2, -3), -1);
    assert.equal(app.exports.scale(3n, 0.5, 0.25, 1), 7.5);
    assert.equal(app.exports.scale(-3n, 0.5, 0.25, 0), -2.25);
    const start = performance.now();
    assert.ok(app.exports.nap(30) >= 30n);
    assert.ok(performance.now() - start >= 29);
    app.kill();
    assert.equal(await app.exited, 137);
    assert.throws(() => app.exports.add(1, 1), { code: "exited" });
  });

  test("strings and bytes go in by call(), and nothing stays behind", async () => {
    const app = await load(reactor(), { stdout() {} });
    const text = (packed) =>
      new TextDecoder().decode(new Uint8Array(app.memory.buffer, Number(packed >> 32n), Number(packed & 0xffff_ffffn)));
    assert.equal(text(await app.call("upper", "grüezi")), "GRÜEZI");
    assert.equal(text(await app.call("upper", "")), "");
    const large = "x".repeat(3_000_000);
    assert.equal(text(await app.call("upper", large)), large.toUpperCase());
    assert.equal(await app.call("sum", new Uint8Array([1, 2, 3]), 10), 60);
    assert.equal(await app.call("held"), 0);
    assert.equal(await app.call("add", 20, 22), 42);
  });

  test("a program that gives no room is told what is missing", async () => {
    const module = wat('(module (memory (export "memory") 1) (func (export "f") (param i32 i32)))');
    const app = await load(module);
    await assert.rejects(app.call("f", "text"), { code: "no-function", message: /gowasp_alloc/ });
  });

  test("may have a function called run, as programs for GOOS=js have one for their host", async () => {
    const text =
      '(module (memory (export "memory") 1) (func (export "_initialize")) (func (export "run") (param i32) (result i32) local.get 0))';
    const app = await load(wat(text));
    assert.equal(await app.call("run", 7), 7);
  });

  test("reads files by its directories", async () => {
    const fs = memoryFiles({ "/srv/data/in.txt": "inside", "/secret": "outside" });
    const app = await load(reactor(), { fs, preopens: { "/data": "/srv/data" }, stdout() {} });
    const read = async (path) => {
      const packed = await app.call("read", path);
      return Buffer.from(app.memory.buffer, Number(packed >> 32n), Number(packed & 0xffff_ffffn)).toString();
    };
    assert.equal(await read("/data/in.txt"), "inside");
    assert.match(await read("/secret"), /Bad file number/);
    assert.match(await read("/data/../../secret"), /Bad file number/);
  });

  test("whoever calls the function in which it dies is told, and everybody after", async () => {
    const app = await load(reactor(), { stdout() {}, stderr() {} });
    assert.throws(() => app.exports.boom(), { code: "panic", message: /boom/ });
    assert.equal(await app.exited, 2);
    assert.equal(app.failure.code, "panic");
    assert.throws(() => app.exports.add(1, 1), { code: "panic" });
    await assert.rejects(app.call("add", 1, 1), { code: "panic" });
  });

  test("it may leave", async () => {
    const app = await load(reactor(), { stdout() {} });
    assert.throws(() => app.exports.leave(7), { code: "exited", message: /code 7/ });
    assert.equal(await app.exited, 7);
  });
});

test("the example", { skip: withoutExports }, () => {
  const from = fileURLToPath(new URL("../../examples/wasip1", import.meta.url));
  const env = { ...process.env, GOOS: "wasip1", GOARCH: "wasm", GOFLAGS: "" };
  for (const args of [["count.wasm"], ["count-reactor.wasm", "-buildmode=c-shared"]]) {
    const [name = "", ...flags] = args;
    const { status, stderr } = spawnSync("go", ["build", "-o", join(work, name), ...flags], { cwd: from, env });
    assert.equal(status, 0, String(stderr));
  }
  const { stdout, stderr } = spawnSync(process.execPath, [join(from, "run.mjs")], { cwd: work, encoding: "utf8" });
  assert.equal(stdout, "/one 3\n/two 5\nexit code 0\nwords 4\n", stderr);
});

describe("other modules for WASI", () => {
  const memory = '(memory (export "memory") 1)';

  test("a trap is a failure", async () => {
    const module = wat(`(module (import "wasi_snapshot_preview1" "sched_yield" (func (result i32))) ${memory}
      (func (export "_start") unreachable))`);
    const { app, code } = await run(module);
    assert.equal(code.code, "exception");
    assert.equal(app.failure, code);
    assert.ok(code.cause instanceof WebAssembly.RuntimeError);
  });

  test("a function that preview 1 does not have answers ENOSYS", async () => {
    const module = wat(`(module (import "wasi_snapshot_preview1" "fd_teleport" (func $f (param i32) (result i32)))
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32))) ${memory}
      (func (export "_start") (call $exit (call $f (i32.const 1)))))`);
    assert.equal((await run(module)).code, 52);
  });

  test("functions of the caller take the place of the package's", async () => {
    const module = wat(`(module (import "wasi_snapshot_preview1" "sched_yield" (func $f (result i32))) ${memory}
      (func (export "go") (result i32) (call $f)))`);
    const app = await load(module, { imports: { wasi_snapshot_preview1: { sched_yield: () => 5 } } });
    assert.equal(app.exports.go(), 5);
    const own = await load(module, { imports: () => ({ env: {} }) });
    assert.equal(own.exports.go(), 0);
  });
});
