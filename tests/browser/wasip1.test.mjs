// Programs for wasip1 on a page and in workers, with files in memory and in the origin private file system.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { freshPages } from "../harness/pages/fresh.mjs";
import { bytes } from "../harness/pages/server.mjs";
import { built, withoutExports } from "../node/load/programs.mjs";

describe("wasip1 in Chromium", { skip: withoutExports }, () => {
  /** @type {import("playwright-core").Page} */
  let page;
  /** @type {string[]} */
  let said;
  freshPages((fresh, { answers }) => {
    page = fresh;
    said = [];
    // But for the page's icon, which there is none of.
    page.on("console", (message) => {
      if (!message.text().startsWith("Failed to load resource")) said.push(`${message.type()}: ${message.text()}`);
    });
    answers.set("/files.wasm", bytes(readFileSync(built("files", "wasip1")), "application/wasm"));
    answers.set("/files-js.wasm", bytes(readFileSync(built("files")), "application/wasm"));
    const reactor = readFileSync(built("reactor", "wasip1", ["-buildmode=c-shared"]));
    answers.set("/reactor.wasm", bytes(reactor, "application/wasm"));
    const nap = `import { load } from "/gowasp/index.js";
      const app = await load("/reactor.wasm", { stdout() {} });
      postMessage(Number(app.exports.nap(80)));`;
    answers.set("/nap.js", bytes(nap, "text/javascript"));
  });

  /** Runs the function's text in the page. */
  const inPage = (/** @type {string} */ body) =>
    page.evaluate(`(async () => {
      const { load } = await import("/gowasp/index.js");
      const { memoryFiles, opfsFiles } = await import("/gowasp/fs.js");
      ${body}
    })()`);

  for (const file of ["files.wasm", "files-js.wasm"]) {
    for (const worker of [false, true]) {
      test(`${file} has files in memory, ${worker ? "in a worker" : "on the page"}`, async () => {
        const { code, text, left } = await inPage(`
          const fs = memoryFiles({ "/w/kept": "kept" });
          const chunks = [];
          const options = { worker: ${worker}, fs, args: ["/w"], stdin: "in", stdout: (chunk) => chunks.push(chunk) };
          const code = await (await load("${file}", options)).exited;
          return { code, text: await new Blob(chunks).text(), left: fs.readdirSync("/w") };`);
        assert.equal(code, 0, text);
        assert.match(text, /stat ok 3 2001-09-09 true\n[\s\S]*left ok 1\n[\s\S]*stdin ok in\n$/);
        assert.deepEqual(left, ["kept"]);
        assert.deepEqual(said, []);
      });
    }
  }

  test("output goes to the console, line by line", async () => {
    await inPage(`await load("reactor.wasm");`);
    assert.deepEqual(said, ["log: initialized"]);
  });

  test("a page cannot wait: the program keeps it busy, and one warning says so", async () => {
    const slept = await inPage(`
      const app = await load("reactor.wasm", { stdout() {} });
      return [Number(app.exports.nap(40)), Number(app.exports.nap(40))];`);
    assert.ok(
      slept.every((/** @type {number} */ ms) => ms >= 40),
      String(slept),
    );
    assert.equal(said.length, 1);
    assert.match(said[0] ?? "", /^warning: gowasp: .*worker: true/);
  });

  test("a worker waits", async () => {
    const slept = await inPage(`
      const worker = new Worker("/nap.js", { type: "module" });
      return new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message }) => reject(new Error(message));
      });`);
    assert.ok(slept >= 80, String(slept));
    assert.deepEqual(said, []);
  });

  test("the origin private file system keeps what a program writes", async () => {
    const first = await inPage(`
      const fs = await opfsFiles();
      fs.mkdirSync("/deep/er", { recursive: true });
      fs.writeFileSync("/deep/er/in.txt", "kept");
      fs.writeFileSync("/gone", "gone");
      await fs.flush();
      fs.unlinkSync("/gone");
      fs.mkdirSync("/empty");
      await Promise.all([fs.flush(), fs.flush()]);
      const again = await opfsFiles();
      return [again.readdirSync("/").sort(), again.readFileSync("/deep/er/in.txt", "utf8")];`);
    assert.deepEqual(first, [["deep", "empty"], "kept"]);
    const second = await inPage(`
      const fs = await opfsFiles();
      const app = await load("reactor.wasm", { fs, stdout() {} });
      const packed = await app.call("read", "/deep/er/in.txt");
      const read = new TextDecoder().decode(new Uint8Array(app.memory.buffer, Number(packed >> 32n), Number(packed & 0xffffffffn)));
      const code = await (await load("files.wasm", { fs, worker: true, args: ["/empty"], stdin: "", stdout() {} })).exited;
      fs.renameSync("/deep", "/moved");
      await fs.flush();
      const again = await opfsFiles();
      return [read, code, again.readdirSync("/").sort(), again.readFileSync("/moved/er/in.txt", "utf8")];`);
    assert.deepEqual(second, ["kept", 0, ["empty", "moved"], "kept"]);
  });
});
