/**
 * The test that outputs are those of the ledger, for test files that optimize programs for other reasons.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { changes, readOutputs } from "./ledger.mjs";

/**
 * Declares the test; call it below the tests that fill `outputs`.
 *
 * @param {import("./ledger.mjs").Outputs} outputs
 */
export function testOutputs(outputs) {
  test("what the optimizer wrote is what tests/outputs.snap has", (context) => {
    const recorded = readOutputs();
    // The machine's Go may be a release that the ledger does not have.
    const known = new Map([...outputs].filter(([id]) => recorded.has(id) || process.env.CI === "true"));
    if (known.size === 0) return context.skip("nothing was optimized that the ledger has");
    const changed = changes(recorded, known);
    assert.deepEqual(changed, [], `${changed.join("\n")}\nif it has to be so: npm run test:outputs -- --update`);
  });
}
