// What an embedder can do with GoHost: streams, globals, several programs at once, ending them, and what goes wrong.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { withoutGo } from "../harness/go.mjs";
import { importHost } from "../harness/go_host.mjs";
import { buildProgram } from "./go/support.mjs";

describe("GoHost", { skip: withoutGo }, () => {
  let GoHost;
  let module;
  before(async () => {
    ({ GoHost } = await importHost());
    module = await WebAssembly.compile(readFileSync(buildProgram("agent")));
  });

  /** Starts the agent; `text` holds what it wrote. */
  async function start(options = {}) {
    const text = { stdout: "", stderr: "" };
    const sink = (name) => (chunk) => {
      text[name] += new TextDecoder().decode(chunk);
    };
    const global = { agent: undefined, ready() {}, ...options.global };
    const host = new GoHost({ stdout: sink("stdout"), stderr: sink("stderr"), ...options, global });
    const instance = await WebAssembly.instantiate(module, { gojs: host.imports });
    const exited = host.run(instance);
    return { host, instance, exited, agent: global.agent, global, text };
  }

  async function read(stdin) {
    const { host, agent } = await start({ stdin });
    const answer = await new Promise((resolve) => {
      agent.read((...results) => resolve(results));
    });
    host.kill();
    return answer;
  }

  test("programs side by side have arguments, environment, files and globals of their own", async () => {
    const before = Object.getOwnPropertyNames(globalThis);
    const files = (code) => ({
      constants: { O_WRONLY: 1, O_RDWR: 2, O_CREAT: 4, O_TRUNC: 8, O_APPEND: 16, O_EXCL: 32 },
      open: (_path, _flags, _mode, done) => done(Object.assign(new Error(code), { code })),
    });
    const one = await start({
      args: ["a", "b"],
      name: "one",
      env: { Z: "26", A: "1" },
      fs: files("EACCES"),
      global: { name: "first" },
      process: { pid: 11, cwd: () => "/one" },
    });
    const two = await start({ args: ["c"], env: { B: "2" }, fs: files("EROFS"), global: { name: "second" } });
    const opened = (agent) => new Promise((resolve) => agent.open("/file", resolve));
    assert.equal(one.agent.ask("args"), "one a b");
    assert.equal(two.agent.ask("args"), "js c");
    assert.equal(one.agent.ask("env"), "A=1 Z=26");
    assert.equal(two.agent.ask("env"), "B=2");
    assert.equal(one.agent.ask("name"), "first");
    assert.equal(two.agent.ask("name"), "second");
    assert.equal(one.agent.ask("pid"), 11);
    assert.equal(two.agent.ask("pid"), -1);
    assert.equal(one.agent.ask("cwd"), "/one false");
    assert.equal(await opened(one.agent), "open /file: Permission denied");
    assert.equal(await opened(two.agent), "open /file: Read-only file system");
    assert.deepEqual(Object.getOwnPropertyNames(globalThis), before);
    one.host.kill(1);
    assert.equal(two.agent.ask("args"), "js c");
    two.host.kill(2);
    assert.deepEqual(await Promise.all([one.exited, two.exited]), [1, 2]);
  });

  test("what Go sets goes to the real global object, unless the embedder has the name", async () => {
    const host = new GoHost({ global: { ready() {} } });
    host.run(await WebAssembly.instantiate(module, { gojs: host.imports }));
    assert.equal(globalThis.agent.echo("there"), "there");
    delete globalThis.agent;
    host.kill();
  });

  test("without files there are no files, no process, and input is empty", async () => {
    const { host, agent } = await start();
    const opened = await new Promise((resolve) => agent.open("/file", resolve));
    assert.equal(opened, "open /file: not implemented on js");
    assert.equal(agent.ask("cwd"), " true");
    assert.deepEqual(await new Promise((resolve) => agent.read((...all) => resolve(all))), ["", "<nil>"]);
    host.kill();
  });

  test("output goes to the sinks, from package os and from the runtime", async () => {
    const { host, agent, text } = await start();
    agent.ask("stdout");
    agent.print("by the runtime", () => {});
    assert.deepEqual(text, { stdout: "to stdout\n", stderr: "to stderr\nby the runtime\n" });
    host.kill();
  });

  test("a sink stands in front of the embedder's files, and gets chunks of its own", async () => {
    const written = [];
    const fs = {
      constants: {},
      writeSync: (fd, bytes) => written.push([fd, new TextDecoder().decode(bytes)]),
      write(fd, bytes, offset, length, _position, done) {
        this.writeSync(fd, bytes.subarray(offset, offset + length));
        done(null, length);
      },
    };
    for (const flag of ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND", "O_EXCL"]) fs.constants[flag] = 0;
    const chunks = [];
    const { host, agent, instance } = await start({ fs, stdout: undefined, stderr: (chunk) => chunks.push(chunk) });
    agent.ask("stdout");
    agent.print("one", () => {});
    agent.print("two", () => {});
    host.kill();
    assert.deepEqual(written, [[1, "to stdout\n"]]);
    assert.equal(Buffer.concat(chunks).toString(), "to stderr\none\ntwo\n");
    assert.ok(chunks.every(({ buffer }) => buffer !== instance.exports.mem.buffer));
  });

  test("standard input from text, bytes, a stream and functions", async () => {
    const encode = (text) => new TextEncoder().encode(text);
    const chunks = ["a", "", "b\nc", "d\n"].map(encode);
    const given = (next) => (max) => next(max)?.subarray(0, max) ?? null;
    assert.deepEqual(await read("one\ntwo"), ["[one][two]", "<nil>"]);
    assert.deepEqual(await read(""), ["", "<nil>"]);
    assert.deepEqual(await read(encode("größe\n")), ["[größe]", "<nil>"]);
    assert.deepEqual(await read(ReadableStream.from(chunks)), ["[ab][cd]", "<nil>"]);
    const queue = ["x\n", "y\n"].map(encode);
    assert.deepEqual(await read(given(() => queue.shift())), ["[x][y]", "<nil>"]);
    const later = ["x\n", "y\n"].map(encode);
    assert.deepEqual(await read(async () => delay(1, later.shift() ?? null)), ["[x][y]", "<nil>"]);
    const long = ["line\n".repeat(20_000)].map(encode);
    const [text] = await read(() => long.shift() ?? null);
    assert.equal(text, "[line]".repeat(20_000));
  });

  test("standard input that fails", async () => {
    const fails = () => {
      throw new Error("unplugged");
    };
    const expected = ["", "read /dev/stdin: I/O error"];
    assert.deepEqual(await read(fails), expected);
    assert.deepEqual(await read(async () => fails()), expected);
  });

  test("random bytes beyond what getRandomValues gives at once", async () => {
    const { host, agent, instance } = await start();
    assert.equal(agent.random(300_000), 256);
    // Go asks for at most 64 KiB at a time; the host function itself takes any length.
    const { mem } = instance.exports;
    const [sp, length] = [4096, 200_000];
    const target = mem.grow(8) * 65_536;
    new Uint32Array(mem.buffer, sp + 8).set([target, 0, length, 0]);
    host.imports["runtime.getRandomData"](sp);
    const end = new Uint8Array(mem.buffer, target + length - 1000, 2000);
    assert.ok(new Set(end.subarray(0, 1000)).size > 200);
    assert.ok(end.subarray(1000).every((byte) => byte === 0));
    host.kill();
  });

  test("memory that grows in Go or from outside", async () => {
    const { host, agent, instance } = await start();
    for (let i = 1; i <= 5; i++) {
      assert.equal(agent.grow(5_000_000), i);
      instance.exports.mem.grow(1);
      assert.equal(agent.echo(`text ${i}`), `text ${i}`);
    }
    agent.collect();
    assert.equal(agent.echo("still"), "still");
    host.kill();
  });

  test("JavaScript that Go reaches through a property may enter Go and move its stack", async () => {
    // Go's own wasm_exec.js gives wrong results for some of these.
    const object = {
      enter: undefined,
      get value() {
        return this.enter?.();
      },
      set value(_) {
        this.enter();
      },
      proxy: new Proxy([], {
        get: () => object.enter(),
        set: () => object.enter() >= 0,
        deleteProperty: () => object.enter() >= 0,
      }),
      get length() {
        return this.enter();
      },
      Type: { [Symbol.hasInstance]: () => object.enter() >= 0 },
      OtherType: { [Symbol.hasInstance]: () => object.enter() < 0 },
      Made: class {
        constructor() {
          this.depth = object.enter();
        }
      },
      method: (a, b) => object.enter() + a + b,
      get getMethod() {
        this.enter();
        return (a = 0, b = 0, c = 0, d = 0) => a + b + c + d;
      },
    };
    let text = "";
    const stdout = (chunk) => {
      text += new TextDecoder().decode(chunk);
    };
    const host = new GoHost({ stdout, global: { object } });
    const wasm = readFileSync(buildProgram("reentry"));
    const { instance } = await WebAssembly.instantiate(wasm, { gojs: host.imports });
    assert.equal(await host.run(instance), 0);
    const expected = [2000, "set", 2000, "index set", "deleted", 2000, true, false, 2003, 7, 10, 0, 2000, 2000];
    assert.deepEqual(text.split("\n"), [...expected.map(String), ""]);
  });

  test("functions that Go exports move its stack under a waiting call", async () => {
    const reactor = await WebAssembly.compile(readFileSync(buildProgram("reactor")));
    let instance;
    const deep = () => instance.exports.deep(2000);
    const object = {
      get value() {
        return deep();
      },
      method: (n) => deep() + n,
      proxy: new Proxy([], { get: deep }),
    };
    const total = new Promise((resolve) => {
      const host = new GoHost({ global: { object, ready: resolve } });
      instance = new WebAssembly.Instance(reactor, { gojs: host.imports });
      host.run(instance);
    });
    assert.equal(await total, 3 * 2000 + 1);
    assert.equal(deep(), 2000);
  });
});
