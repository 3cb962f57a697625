// Some of Go's own tests by gowasp-exec; `npm run test:exec-std` runs more.

import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutGo } from "../harness/go.mjs";
import { findToolchain } from "../harness/toolchain.mjs";
import { compareHosts, EXEC } from "../std/hosts.mjs";

const options = { short: true, timeoutSeconds: 180, ci: true };

for (const [goos, name] of /** @type {[string, string][]} */ ([
  ["js", "os"],
  ["js", "syscall/js"],
  ["wasip1", "time"],
])) {
  test(`${name} for ${goos}`, { skip: withoutGo }, async () => {
    const { toolchain } = await findToolchain(undefined);
    const { tests, worse, text } = await compareHosts(
      { package: name, goos, variant: "plain", toolchain },
      options,
      EXEC[goos],
    );
    assert.ok(tests > 20, text);
    assert.deepEqual(worse, [], text);
  });
}
