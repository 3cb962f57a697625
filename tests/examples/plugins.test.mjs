// examples/plugins in wazero; in wasmtime, which takes minutes to compile, by `npm run test:hosts`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { checkExample } from "../hosts/examples.mjs";

test("plugins do the same as Go built them and optimized, and tenants that fail disturb nobody", async () => {
  const results = [];
  for await (const result of checkExample("wazero")) results.push(result);
  assert.deepEqual(
    results.map(({ way, outcome, why }) => ({ way, outcome, why })),
    ["original", "default", "download", "snapshot"].map((way) => ({ way, outcome: "same", why: "" })),
  );
});
