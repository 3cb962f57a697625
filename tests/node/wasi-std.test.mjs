/**
 * Go's own tests for wasip1 under the loader's WASI: what passes under node:wasi passes there. A small part;
 * `npm run test:wasi-std` runs all of it.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { findToolchain } from "../harness/toolchain.mjs";
import { compareHosts } from "../std/hosts.mjs";

const { toolchain, missing } = await findToolchain(undefined);

for (const name of ["io/fs", "os"]) {
  test(`the tests of ${name}`, { skip: process.env.CI !== "true" && missing }, async (context) => {
    assert.ok(toolchain, missing);
    const one = { package: name, goos: "wasip1", variant: "plain", toolchain };
    const report = await compareHosts(one, { short: true, timeoutSeconds: 180, ci: true });
    context.diagnostic(report.text);
    assert.deepEqual(report.worse, [], report.text);
    assert.ok(report.tests > 10);
  });
}
