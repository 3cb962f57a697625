// Delays as Go asks for them, and as hosts take them.

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { build } from "esbuild";
import { root } from "../../scripts/paths.mjs";

test("a delay longer than 32 bits hold is waited for in pieces, and can be cleared in each", async () => {
  const { outputFiles } = await build({
    entryPoints: [`${root}/loader/ts/go/timers.ts`],
    bundle: true,
    format: "esm",
    write: false,
  });
  const { Timers } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0]?.text ?? "")}`);
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    let woken = 0;
    const timers = new Timers(() => woken++);
    const longest = 2 ** 31 - 1;
    const id = timers.schedule(2 * longest + 100);
    for (const rest of [1, longest - 1, longest, 99]) mock.timers.tick(rest);
    assert.equal(woken, 0);
    mock.timers.tick(1);
    assert.equal(woken, 1);
    timers.clear(id);
    const other = timers.schedule(3 * longest);
    mock.timers.tick(longest + 1);
    timers.clear(other);
    mock.timers.tick(longest);
    mock.timers.tick(longest);
    assert.equal(woken, 1);
  } finally {
    mock.timers.reset();
  }
});
