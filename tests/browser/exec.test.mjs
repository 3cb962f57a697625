// gowasp-exec --browser.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../scripts/paths.mjs";
import { execTests, goTest } from "../exec/cases.mjs";
import { withoutGo } from "../harness/go.mjs";

execTests("--browser", { host: { js: "js <undefined> object" }, inPage: true });

test("examples/go-test", { skip: withoutGo }, () => {
  const { status, stdout, stderr } = goTest(join(root, "examples/go-test"), "gowasp-exec --browser");
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /^--- PASS: TestClicks/m);
});
