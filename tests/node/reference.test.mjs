// Random operations have the same results under the package's host functions as under Go's own; `npm run test:reference` runs more.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { withoutGo } from "../harness/go.mjs";

const script = fileURLToPath(new URL("../reference/run.mjs", import.meta.url));

test("50 seeds", { skip: withoutGo }, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [script, "--seeds", "50"]);
  assert.match(stdout, /: 50 seeds, 0 differ\n/);
});
