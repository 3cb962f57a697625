// `load(source, { worker: true })` in Node: a thread that ends by itself leaves nobody waiting.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { load } from "../../dist/index.js";
import { built, withoutGo } from "./load/programs.mjs";

describe("a program in a thread of Node's", { skip: withoutGo }, () => {
  const start = (/** @type {string} */ how, options = {}) =>
    load(built("hostile"), { worker: true, args: [how], ...options });

  test("that ends its thread has that exit code", { timeout: 60_000 }, async () => {
    const app = await start("exit");
    assert.equal(await app.exited, 7);
  });

  test("that ends its thread before it waits, to whoever waits for that", { timeout: 60_000 }, async () => {
    const app = await start("exit", { until: "idle" });
    assert.equal(await app.exited, 7);
  });

  test("whose thread an exception ends fails with it", { timeout: 60_000 }, async () => {
    const app = await start("uncaught");
    await assert.rejects(app.exited, { name: "GowaspError", code: "exception", message: /nobody catches this/ });
    assert.equal(app.failure?.code, "exception");
  });
});
