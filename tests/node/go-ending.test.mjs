// How a Go program ends: by itself, by its embedder, by a failure; and what is left then.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { withoutGo } from "../harness/go.mjs";
import { bundleHost, importHost } from "../harness/go_host.mjs";
import { callHost, fakeInstance, makeCallback } from "./go/fake.mjs";
import { buildProgram } from "./go/support.mjs";

const code = (expected) => (error) => error.name === "GowaspError" && error.code === expected;

describe("the end of a program", { skip: withoutGo }, () => {
  let GoHost;
  let module;
  before(async () => {
    ({ GoHost } = await importHost());
    module = await WebAssembly.compile(readFileSync(buildProgram("agent")));
  });

  async function start(options = {}) {
    const global = { agent: undefined, ready() {} };
    const host = new GoHost({ ...options, global });
    const exited = host.run(await WebAssembly.instantiate(module, { gojs: host.imports }));
    return { host, exited, agent: global.agent };
  }

  test("exit code, then an error for whoever still calls in", async () => {
    const { exited, agent, host } = await start();
    agent.exit(7);
    assert.equal(await exited, 7);
    assert.throws(() => agent.echo(1), { name: "GowaspError", code: "host", message: "Go program has already exited" });
    host.kill();
    assert.equal(await exited, 7);
  });

  test("exit while JavaScript waits for Go and Go for JavaScript", async () => {
    const { exited, agent } = await start();
    let passed = false;
    agent.call(() => {
      agent.call(() => agent.exit(5));
      passed = true; // JavaScript in between goes on; the Go below it does not
    });
    assert.equal(passed, true);
    assert.equal(await exited, 5);
  });

  test("killed while it sleeps", async () => {
    const { host, exited, agent } = await start();
    let ticks = 0;
    await new Promise((resolve) => {
      agent.tick(() => ++ticks === 3 && resolve());
    });
    host.kill();
    assert.equal(await exited, 137);
    const last = ticks;
    await delay(20);
    assert.equal(ticks, last);
    assert.equal(agent.echo("anything"), undefined);
  });

  test("killed by what it calls", async () => {
    const { host, exited, agent } = await start();
    let later = false;
    const kill = () => host.kill(3);
    agent.callTwo(kill, () => {
      later = true;
    });
    assert.equal(await exited, 3);
    assert.equal(later, false);
  });

  test("killed by a getter", async () => {
    const { host, exited, agent } = await start();
    const answer = agent.getX({
      get x() {
        host.kill(4);
        return 1;
      },
    });
    assert.equal(answer, undefined);
    assert.equal(await exited, 4);
  });

  test("killed by what it writes", async () => {
    const { host, exited, agent } = await start({ stderr: () => host.kill(6) });
    let later = false;
    agent.print("last words", () => {
      later = true;
    });
    assert.equal(await exited, 6);
    assert.equal(later, false);
  });

  test("killed with input pending, which is then dropped", async () => {
    let deliver;
    const { host, exited, agent } = await start({
      stdin: () =>
        new Promise((resolve) => {
          deliver = resolve;
        }),
    });
    agent.read(() => assert.fail("read after the end"));
    host.kill();
    deliver(new Uint8Array(1));
    assert.equal(await exited, 137);
    await delay(1);
  });

  test("exited with an operation on files pending, which is then dropped", async () => {
    let finish;
    const flags = { O_WRONLY: 0, O_RDWR: 0, O_CREAT: 0, O_TRUNC: 0, O_APPEND: 0, O_EXCL: 0 };
    const fs = {
      constants: flags,
      open(_path, _flags, _mode, done) {
        finish = done;
      },
    };
    const { exited, agent } = await start({ fs });
    agent.open("/file", () => assert.fail("opened after the end"));
    await delay(1);
    agent.exit(0);
    assert.equal(await exited, 0);
    finish(null, 3);
  });

  test("an exception thrown through Go reaches the caller, who may go on", async () => {
    const { host, exited, agent } = await start();
    const problem = new RangeError("from a getter");
    const object = {
      get x() {
        throw problem;
      },
    };
    assert.throws(
      () => agent.getX(object),
      (error) => error === problem,
    );
    assert.equal(agent.echo("still here"), "still here");
    host.kill();
    assert.equal(await exited, 137);
  });

  test("an exception or trap that nobody could catch rejects, and nothing runs any more", async () => {
    const problem = new Error("thrown in main");
    const host = new GoHost();
    const run = () => {
      throw problem;
    };
    await assert.rejects(host.run(fakeInstance({ run })), (error) => error === problem);

    const trap = new WebAssembly.RuntimeError("unreachable");
    const entries = [];
    const trapped = new GoHost();
    const instance = fakeInstance({
      resume() {
        entries.push("resume");
        throw trap;
      },
    });
    const exited = trapped.run(instance);
    const callback = makeCallback(trapped, instance);
    assert.throws(callback, (error) => error === trap);
    await assert.rejects(exited, (error) => error === trap);
    assert.throws(callback, code("host"));
    assert.deepEqual(entries, ["resume"]);
  });

  test("a timer's exception rejects", async () => {
    const problem = new Error("thrown by a resumed goroutine");
    const host = new GoHost();
    const resume = () => {
      throw problem;
    };
    const instance = fakeInstance({ resume });
    const exited = host.run(instance);
    callHost(host, instance, "runtime.scheduleTimeoutEvent", 2, 0);
    await assert.rejects(exited, (error) => error === problem);
  });

  test("a timer that Go does not clear fires again", async () => {
    const host = new GoHost();
    let calls = 0;
    const instance = fakeInstance({
      resume() {
        calls++;
        if (calls === 3) host.kill(0);
      },
    });
    const exited = host.run(instance);
    callHost(host, instance, "runtime.scheduleTimeoutEvent", 1, 0);
    assert.equal(await exited, 0);
    assert.equal(calls, 3);
  });

  test("a host is for one run, of a Go program, with arguments that fit", async () => {
    const { host } = await start();
    await assert.rejects(host.run(fakeInstance({})), code("host"));
    host.kill();
    await assert.rejects(new GoHost().run({ exports: {} }), code("host"));
    const killed = new GoHost();
    killed.kill();
    await assert.rejects(killed.run(fakeInstance({})), code("host"));
    await assert.rejects(new GoHost({ args: ["a\0b"] }).run(fakeInstance({})), code("invalid-option"));
    await assert.rejects(new GoHost({ args: ["a".repeat(9000)] }).run(fakeInstance({})), code("invalid-option"));
    await assert.rejects(new GoHost({ env: { LONG: "é".repeat(5000) } }).run(fakeInstance({})), code("invalid-option"));
    // 8192 bytes are not enough for 8 bytes of text and three pointers more.
    const longest = 8192 - 3 * 8 - 8 - 9;
    await assert.rejects(new GoHost({ args: ["a".repeat(longest + 1)] }).run(fakeInstance({})), code("invalid-option"));
    new GoHost({ args: ["a".repeat(longest - 8)] }).run(fakeInstance({}));
  });

  test("where there is no process, lines go to the console, the unfinished last one too", async () => {
    const flags = "{ O_WRONLY: 0, O_RDWR: 0, O_CREAT: 0, O_TRUNC: 0, O_APPEND: 0, O_EXCL: 0 }";
    for (const fs of ["undefined", `{ constants: ${flags} }`]) {
      const script = `
        const { readFileSync } = await import("node:fs");
        const { GoHost } = await import(${JSON.stringify(pathToFileURL(await bundleHost()))});
        const wasm = readFileSync(${JSON.stringify(buildProgram("process"))});
        globalThis.process = undefined;
        console.log = (line) => console.info("log", JSON.stringify(line));
        console.error = (line) => console.info("error", JSON.stringify(line));
        const host = new GoHost({ args: ["println"], fs: ${fs} });
        const { instance } = await WebAssembly.instantiate(wasm, { gojs: host.imports });
        console.info(await host.run(instance));`;
      const { stdout } = spawnSync("node", ["--input-type=module", "-e", script], { encoding: "utf8" });
      assert.equal(stdout, 'error "to stderr 1 true"\nlog "no line end"\n0\n');
    }
  });

  test("short sleeps where there is no setImmediate", async () => {
    const script = `
      const { readFileSync } = await import("node:fs");
      const { GoHost } = await import(${JSON.stringify(pathToFileURL(await bundleHost()))});
      delete globalThis.setImmediate;
      const host = new GoHost();
      const wasm = readFileSync(${JSON.stringify(buildProgram("timers"))});
      const { instance } = await WebAssembly.instantiate(wasm, { gojs: host.imports });
      process.exit(await host.run(instance));`;
    const run = spawnSync("node", ["--input-type=module", "-e", script], { encoding: "utf8", timeout: 60_000 });
    assert.match(run.stdout, /never early\n2000 short sleeps\nJavaScript had its turn\n/);
    assert.equal(run.status, 0);
  });
});
