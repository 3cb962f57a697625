// Cases in which the host functions were found to differ from Go's own, or to leave people without an answer.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { before, describe, test } from "node:test";
import vm from "node:vm";
import { load } from "../../dist/index.js";
import { withoutGo, withoutRelease } from "../harness/go.mjs";
import { buildProgram } from "./go/support.mjs";

const INDEX = new URL("../../dist/index.js", import.meta.url).href;

describe("old releases", { skip: withoutGo }, () => {
  for (const release of ["1.16.15", "1.17.13"]) {
    test(`Go ${release} runs`, { skip: withoutRelease(release) }, async () => {
      const module = await WebAssembly.compile(readFileSync(buildProgram("old", release)));
      let text = "";
      const stdout = (chunk) => {
        text += new TextDecoder().decode(chunk);
      };
      const app = await load(module, { args: ["a"], stdout });
      assert.equal(await app.exited, 3);
      assert.equal(text, "[js a] true true\n5 42\n[0 7 0] true\n");
    });
  }

  test("of older ones the message says what to do", async () => {
    const imported = (name) => [2, ...Buffer.from("go"), name.length, ...Buffer.from(name), 0, 0];
    const imports = [2, ...imported("runtime.wasmExit"), ...imported("runtime.nanotime")];
    const type = [1, 5, 1, 0x60, 1, 0x7f, 0];
    const module = new WebAssembly.Module(
      Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...type, 2, imports.length, ...imports]),
    );
    await assert.rejects(load(module), { code: "instantiate", message: /build it with Go 1\.14 or later$/ });
  });
});

describe("cases of load()", { skip: withoutGo }, () => {
  let path;
  let module;
  before(async () => {
    path = buildProgram("cases");
    module = await WebAssembly.compile(readFileSync(path));
  });

  /** Runs one case in this process; `out` holds what it wrote. */
  async function start(name, { global = {}, ...options } = {}) {
    const out = { stdout: "", stderr: "" };
    const take = (stream) => (chunk) => {
      out[stream] += new TextDecoder().decode(chunk);
    };
    const app = await load(module, {
      args: [name],
      stdout: take("stdout"),
      stderr: take("stderr"),
      global,
      ...options,
    });
    return { app, out };
  }

  /** Runs a script in a process of its own, with `load` and `file`. */
  function script(text, options = {}) {
    const head = `import { load } from ${JSON.stringify(INDEX)}; const file = ${JSON.stringify(path)};`;
    return spawnSync(process.execPath, ["--input-type=module", "-e", head + text], { encoding: "utf8", ...options });
  }

  test("a program that offers functions gets no deadlock report, and they work until the process exits", () => {
    const { stdout, stderr, status } = script(`
      await load(file, { args: ["offers"] });
      console.log(add1(41));
      process.on("exit", () => console.log(add1(1)));`);
    assert.deepEqual([stdout, stderr, status], ["42\n2\n", "", 0]);
  });

  test("one that only waits for a promise gets its report, and the promise's callback disturbs nobody", () => {
    const { stdout, stderr, status } = script(`
      let settle;
      globalThis.never = new Promise((resolve) => { settle = resolve; });
      const app = await load(file, { args: ["promise"] });
      console.log(await app.exited, app.failure.code);
      settle();
      await new Promise((resolve) => setTimeout(resolve, 5));`);
    assert.match(stderr, /^fatal error: all goroutines are asleep - deadlock!\n/);
    assert.doesNotMatch(stderr, /already exited/);
    assert.deepEqual([stdout, status], ["2 panic\n", 0]);
  });

  test("JavaScript that has something to do when the process wants to end comes first", () => {
    const { stdout, stderr } = script(`
      let settle;
      globalThis.never = new Promise((resolve) => { settle = resolve; });
      const app = await load(file, { args: ["promise"] });
      process.once("beforeExit", () => setTimeout(() => { console.log("work"); app.kill(); }, 20));
      console.log(await app.exited);`);
    assert.deepEqual([stdout, stderr], ["work\n137\n", ""]);
  });

  test("an exception that nobody catches is reported in few bytes, with the place that threw it", () => {
    const { stderr, status } = script(`
      const attempt = (f) => f({ get value() { throw new Error("thrown by a getter"); } });
      const setTimeout = (attempt, _, f) => queueMicrotask(() => attempt(f));
      await load(file, { args: ["foreign"], global: { attempt, setTimeout } });`);
    assert.notEqual(status, 0);
    assert.match(stderr, /^Error: thrown by a getter\n {4}at get value .*\[eval1\]:2:/m);
    // Of them Node's excerpt of the bundle is at most 800.
    assert.ok(stderr.length < 2000, stderr);
  });

  test("many programs that wait are one listener", () => {
    const { stderr } = script(`
      globalThis.never = new Promise(() => {});
      const apps = await Promise.all(Array.from({ length: 12 }, () => load(file, { args: ["promise"], stderr() {} })));
      await Promise.all(apps.map((app) => app.exited));`);
    assert.equal(stderr, "");
  });

  test("what it puts on process, path and fs is used, and its own", async () => {
    const before = [process.cwd, process.pid];
    const given = { cwd: () => "/given", pid: 1, argv0: "node" };
    for (const options of [{}, { process: given }]) {
      const { app, out } = await start("system", options);
      assert.equal(await app.exited, 0);
      assert.equal(out.stdout, '/the/folder <nil> 7 42 /resolved\n"content" <nil>\n');
    }
    assert.deepEqual([process.cwd, process.pid], before);
    assert.deepEqual([given.cwd(), given.pid], ["/given", 1]);
  });

  test("files may be a module's namespace, or of a class", async () => {
    const namespace = await import("node:fs");
    class Files {
      #flags = { O_WRONLY: 1, O_RDWR: 2, O_CREAT: 64, O_TRUNC: 512, O_APPEND: 1024, O_EXCL: 128 };
      get constants() {
        return { ...this.#flags };
      }
      open(...args) {
        args.at(-1)(Object.assign(new Error("no"), { code: this.#flags ? "EROFS" : "" }));
      }
    }
    for (const fs of [namespace, new Files()]) {
      const { app, out } = await start("status", { fs });
      assert.equal(await app.exited, 0, out.stderr);
      assert.doesNotMatch(out.stdout, /panic/);
    }
  });

  test("nobody reads its output any more: it sees a broken pipe, and the process lives", async () => {
    const text = `import { load } from ${JSON.stringify(INDEX)};
      const app = await load(${JSON.stringify(path)}, { args: ["pipe"] });
      process.exit(40 + (await app.exited));`;
    // A pipe between two processes; what Node gives its children are sockets, which take all in and say nothing.
    const line = '("$0" --input-type=module -e "$1"; echo "exit code $?" >&2) | head -c 10 >/dev/null';
    const child = spawn("sh", ["-c", line, process.execPath, text], { stdio: ["ignore", "ignore", "pipe"] });
    let stderr = "";
    child.stderr.on("data", (data) => {
      stderr += data;
    });
    await new Promise((resolve) => child.on("close", resolve));
    assert.match(stderr, /go sees: write \/dev\/stdout: Broken pipe\n/);
    assert.match(stderr, /exit code 45/);
  });

  test("without files its standard streams have a status, and no places", async () => {
    const { app, out } = await start("status");
    assert.equal(await app.exited, 0);
    const expected = ["<nil>", "open .: not implemented on js", "write /dev/stdout: not implemented on js", ""];
    assert.deepEqual(out.stdout.split("\n"), expected);
  });

  test("a receiver of output that throws is a failed write, not the end", async () => {
    const stdout = () => {
      throw new Error("full");
    };
    const { app, out } = await start("status", { stdout });
    assert.equal(await app.exited, 0);
    assert.equal(out.stderr, "");
  });

  test("where there is a page, output goes to its console, whatever its process has", () => {
    const { stdout } = script(`
      const module = await WebAssembly.compile((await import("node:fs")).readFileSync(file));
      globalThis.document = {};
      const lines = [];
      console.log = (line) => lines.push(line);
      await (await load(module, { args: ["dots"] })).exited;
      console.info(lines.map((line) => line.length).join(" "), new Set(lines.join("")).size);`);
    // Long lines come in pieces.
    assert.equal(stdout, "65536 65536 65536 3392 1\n");
  });

  test("an exception that passes through main has a code", async () => {
    const problem = new RangeError("of a getter");
    const throwing = new Proxy(
      {},
      {
        get() {
          throw problem;
        },
      },
    );
    const { app } = await start("getter", { global: { throwing } });
    await assert.rejects(app.exited, { name: "GowaspError", code: "exception", cause: problem });
    assert.equal(app.failure.cause, problem);
  });

  test("a trap of another module, thrown by a getter inside a callback, is the page's business", async () => {
    const trap = new WebAssembly.RuntimeError("of another module");
    let caught;
    const attempt = (f) => {
      try {
        f({
          get value() {
            throw trap;
          },
        });
      } catch (error) {
        caught = error;
      }
    };
    const { app, out } = await start("foreign", { global: { attempt } });
    assert.equal(await app.exited, 0);
    assert.equal(caught, trap);
    assert.equal(out.stdout, "main goes on\n");
  });

  test("a callback in which it dies throws what it died of", async () => {
    let f;
    const use = (given) => {
      f = given;
    };
    const { app, out } = await start("die", { global: { use } });
    assert.equal(app.failure, undefined);
    assert.throws(f, { name: "GowaspError", code: "panic", message: "panic: in a callback" });
    assert.equal(await app.exited, 2);
    assert.match(app.failure.stack, /^GowaspError: panic: in a callback\n\ngoroutine \d+ \[running\]:\nmain\.main/);
    assert.match(out.stderr, /^panic: in a callback\n/);
    assert.throws(f, { code: "host", cause: app.failure });
  });

  test("a callback that waits for JavaScript says which one it is, and what to do", async () => {
    let f;
    const use = (given) => {
      f = given;
    };
    await start("block", { global: { use } });
    assert.throws(f, { code: "panic", message: /deadlock!; JavaScript called main\.blocked and .* return a Promise$/ });
  });

  test("bytes of another realm are bytes, detached ones are a panic that the program can see", async () => {
    const foreignArray = vm.runInNewContext("new Uint8Array([1, 2, 3, 4])");
    const detachedArray = new Uint8Array(4);
    structuredClone(detachedArray.buffer, { transfer: [detachedArray.buffer] });
    const { app, out } = await start("copies", { global: { foreignArray, detachedArray } });
    assert.equal(await app.exited, 0);
    assert.match(out.stdout, /^4 \[1 2 3 4\]\n4\n<nil>\nsyscall\/js: CopyBytesToGo: expected src to be a Uint8Array/);
  });

  test("what the runtime prints goes to the files that the program has put there", async () => {
    const taken = [];
    const files = { writeSync: (_, bytes) => taken.push(new TextDecoder().decode(bytes)) };
    const { app, out } = await start("new-files", { global: { files } });
    assert.equal(await app.exited, 0);
    assert.equal(taken.join(""), "to the new one\n");
    assert.equal(out.stderr, "");
  });

  test("of an inherited environment the largest variables are left out; one that was written must fit", () => {
    const env = { PATH: process.env.PATH, LARGE: "x".repeat(9000), SMALL: "y".repeat(100) };
    const inherited = script(`await load(file, { args: ["env", "one"], env: process.env });`, { env });
    assert.equal(inherited.stdout, "0 100 [one]\n");
    assert.match(inherited.stderr, /^gowasp: .* left out of the environment: LARGE\n$/);
    const written = script(`await load(file, { args: ["env"], env: { ...process.env } });`, { env });
    assert.match(written.stderr, /code: 'invalid-option'/);
  });

  test("with Node's system, net/http uses fetch, and its answers stream", async () => {
    const server = createServer((request, response) => {
      if (request.url === "/go-on") return void server.emit("go-on", response.end());
      response.write("first ");
      server.once("go-on", () => response.end("second"));
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    const client = await WebAssembly.compile(readFileSync(buildProgram("fetch")));
    const args = [`http://127.0.0.1:${server.address().port}`];
    let text = "";
    const stdout = (chunk) => {
      text += new TextDecoder().decode(chunk);
    };
    const app = await load(client, { args, fs: "node", stdout });
    assert.equal(await app.exited, 0);
    assert.equal(text, "first then second\n");
    server.closeAllConnections();
    server.close();
  });
});
