// Single host functions, called as Go calls them: what shows only in the long run, or on hosts unlike this one.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { withoutGo, withoutRelease } from "../harness/go.mjs";
import { importHost } from "../harness/go_host.mjs";
import { callHost, fakeInstance, SP } from "./go/fake.mjs";
import { buildProgram } from "./go/support.mjs";

describe("host functions", () => {
  let GoHost;
  before(async () => {
    ({ GoHost } = await importHost());
  });

  function start(options) {
    const host = new GoHost(options);
    const instance = fakeInstance();
    host.run(instance);
    return { host, instance, call: (name, ...words) => callHost(host, instance, name, ...words) };
  }

  /** Puts a text into memory, makes it a JavaScript string and returns its ref. */
  function string({ instance, call }, text, at = 30_000) {
    const { written } = new TextEncoder().encodeInto(text, new Uint8Array(instance.exports.mem.buffer, at));
    return [...call("syscall/js.stringVal", at, 0, written, 0)].slice(0, 2);
  }

  test("a slot is used again when its last reference is given back", () => {
    const program = start();
    const [id, flag] = string(program, "first");
    assert.equal(flag, 0x7ff80002);
    assert.deepEqual(string(program, "first"), [id, flag]);
    assert.notEqual(string(program, "second")[0], id);
    program.call("syscall/js.finalizeRef", id, flag);
    assert.notEqual(string(program, "third")[0], id);
    program.call("syscall/js.finalizeRef", id, flag);
    assert.equal(string(program, "fourth")[0], id);
    assert.notEqual(string(program, "first")[0], id);
    program.host.kill();
  });

  test("predefined values have their slots and are not counted", () => {
    const program = start({ global: { list: [Number.NaN, 0, null, true, false, globalThis] } });
    const { instance, call } = program;
    new TextEncoder().encodeInto("list", new Uint8Array(instance.exports.mem.buffer, 30_000));
    const list = [...call("syscall/js.valueGet", 5, 0x7ff80001, 30_000, 0, 4, 0)].slice(0, 2);
    for (let id = 0; id <= 5; id++) {
      const flag = id === 5 ? 0x7ff80001 : 0x7ff80000;
      for (let round = 0; round < 3; round++) {
        const ref = [...call("syscall/js.valueIndex", ...list, id, 0)].slice(0, 2);
        assert.deepEqual(ref, [id, flag]);
        if (id === 5) call("syscall/js.finalizeRef", ...ref);
      }
    }
    program.host.kill();
  });

  test("timers that are cleared, or whose program is killed, are gone", () => {
    const timeouts = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const before = timeouts();
    const { host, call } = start();
    const [first] = call("runtime.scheduleTimeoutEvent", 60_000, 0);
    const [second] = call("runtime.scheduleTimeoutEvent", 60_000, 0);
    assert.notEqual(first, second);
    assert.equal(timeouts(), before + 2);
    call("runtime.clearTimeoutEvent", first, 0);
    assert.equal(timeouts(), before + 1);
    call("runtime.clearTimeoutEvent", 99, 0);
    host.kill();
    assert.equal(timeouts(), before);
  });

  test("moments are waited for in the event loop, unless the clock stands still", (t) => {
    const { host, instance, call } = start();
    const delays = t.mock.method(globalThis, "setTimeout");
    const clock = t.mock.method(performance, "now", () => 1000);
    const wait = (nanoseconds) => {
      const [low, high] = call("runtime.nanotime1");
      // As Go's beforeIdle has them on the stack.
      new Uint32Array(instance.exports.mem.buffer, SP + 56).set([low, high, low + nanoseconds, high]);
      const before = delays.mock.callCount();
      const [id] = call("runtime.scheduleTimeoutEvent", 1, 0);
      call("runtime.clearTimeoutEvent", id, 0);
      return delays.mock.callCount() > before ? "timeout" : "turn";
    };
    assert.equal(wait(500_000), "timeout");
    assert.equal(wait(1000), "turn");
    let turns = 1;
    while (turns < 1000 && wait(1000) === "turn") turns++;
    assert.ok(turns > 5 && turns < 100, `${turns} turns without the clock moving`);
    clock.mock.mockImplementation(() => 1001);
    assert.equal(wait(1000), "turn");
    host.kill();
  });

  test("Go's short sleeps need no timeouts", { skip: withoutGo, withoutRelease }, async (t) => {
    const delays = t.mock.method(globalThis, "setTimeout");
    for (const release of ["local", "1.21.13", "1.27.4"].filter((one) => !withoutRelease(one))) {
      const global = { agent: undefined, ready() {} };
      const host = new GoHost({ global });
      const wasm = readFileSync(buildProgram("agent", release));
      const { instance } = await WebAssembly.instantiate(wasm, { gojs: host.imports });
      host.run(instance);
      const before = delays.mock.callCount();
      await new Promise((resolve) => {
        global.agent.nap(500, resolve);
      });
      // A few may come from the collector, or from a machine that is busy elsewhere.
      assert.ok(delays.mock.callCount() - before < 100, `Go ${release}: ${delays.mock.callCount() - before} timeouts`);
      host.kill();
    }
  });
});
