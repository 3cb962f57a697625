// Programs do the same with the package's host functions as with Go's own wasm_exec_node.js: output, errors, exit code.

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { withoutGo, withoutRelease } from "../harness/go.mjs";
import { bundleHost } from "../harness/go_host.mjs";
import { buildProgram, runProgram } from "./go/support.mjs";

// The oldest supported release, the machine's own, and the newest.
const RELEASES = ["1.21.13", "local", "1.27.4"];

// Numbers of a trace that may differ from run to run.
const unstable = (text) => text.replace(/0x[0-9a-f]+/g, "0x?").replace(/\bgoroutine \d+/g, "goroutine ?");

describe("the same as wasm_exec_node.js", { skip: withoutGo }, () => {
  let bundle;
  before(async () => {
    bundle = await bundleHost();
  });

  /** Runs under both hosts, compares, and returns what came out. */
  async function compare(name, args, options, { release, lines } = {}) {
    const wasm = buildProgram(name, release);
    const runs = [bundle, null].map((host) => runProgram(host, wasm, args, options));
    const [ours, gos] = await Promise.all(runs);
    const comparable = ({ stdout, stderr, code }) => ({
      stdout,
      stderr: unstable(stderr).split("\n").slice(0, lines),
      code,
    });
    assert.deepEqual(comparable(ours), comparable(gos));
    return ours;
  }

  for (const release of RELEASES) {
    const skip = withoutRelease(release);

    test(`values of every kind, Go ${release}`, { skip }, async () => {
      const { stdout, code } = await compare("values", [], {}, { release });
      assert.equal(code, 0);
      assert.match(stdout, /and it goes on: 1: 1\n/);
      assert.match(stdout, /receiver: true\n5\nundefined\n$/);
    });

    test(`callbacks, Go ${release}`, { skip }, async () => {
      const { stdout, stderr, code } = await compare("callbacks", [], {}, { release });
      assert.equal(code, 9);
      assert.match(stdout, /sum by nested calls: 820\nrecovered: JavaScript error: deep\n/);
      assert.match(stdout, /values kept apart\n$/);
      assert.match(stderr, /call to released function/);
    });

    test(`timers, Go ${release}`, { skip }, async () => {
      const { stdout } = await compare("timers", [], {}, { release });
      assert.match(stdout, /^order \[0 10 30 50 70\]\nnever early\n/);
      assert.match(stdout, /wall clock agrees true true\n$/);
    });

    test(`deadlock and panic, Go ${release}`, { skip }, async () => {
      const { stderr } = await compare("process", ["deadlock"], {}, { release });
      assert.match(stderr, /^fatal error: all goroutines are asleep - deadlock!\n/);
      assert.match((await compare("process", ["panic"], {}, { release })).stderr, /^panic: no way out\n/);
    });
  }

  test("strings", async () => {
    const { stdout } = await compare("strings");
    assert.equal(stdout.match(/: 0 wrong\n/g).length, 7);
    assert.doesNotMatch(stdout, /wrong property|wrong value/);
  });

  const endings = {
    return: 0,
    "exit 0": 0,
    "exit 1": 1,
    "exit 77": 77,
    "panic-error": 2,
    nil: 2,
    "deadlock-later": 2,
    goexit: 2,
    "panic-in-callback": 2,
    "panic-in-timeout": 2,
    "js-error": 2,
    "js-throw": 2,
    println: 0,
    files: 0,
    "big-output": 0,
  };
  for (const [ending, code] of Object.entries(endings)) {
    test(`ending: ${ending}`, async () => {
      assert.equal((await compare("process", ending.split(" "))).code, code);
    });
  }

  test("ending: an exception that passes through Go", async () => {
    // Below the first line is the JavaScript stack, which is each host's own.
    const { stderr, code } = await compare("process", ["js-getter"], {}, { lines: 1 });
    assert.match(stderr, /^RangeError: thrown by a getter\n/);
    assert.equal(code, 1);
  });

  test("arguments and environment", async () => {
    const args = ["args", "", "with space", "größe", "-flag=1", "a".repeat(1000)];
    const { stdout } = await compare("process", args);
    assert.match(stdout, /^\["args" "" "with space" "größe" "-flag=1" "a{1000}"\]\n$/);
    await compare("process", ["env"], { env: { SECOND: "2=2", FIRST: "größe" } });
  });

  test("standard input", async () => {
    await compare("process", ["stdin"]);
    const { stdout } = await compare("process", ["stdin"], { stdin: `first\n${"line\n".repeat(50_000)}` });
    assert.match(stdout, /^"first\\n" <nil>\n250000 50000 <nil>\n0 <nil>\n$/);
  });

  test("arguments that do not fit", async () => {
    const wasm = buildProgram("process");
    const { stderr, code } = await runProgram(bundle, wasm, ["args", "a".repeat(9000)]);
    assert.equal(code, 1);
    assert.match(stderr, /args, env: they take \d+ bytes, but Go leaves only 8192/);
  });
});
