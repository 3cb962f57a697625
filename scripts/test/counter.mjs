// A node:test reporter that writes one JSON object: how many tests passed, failed and were skipped, and why, and how long each
// file took.

import { basename } from "node:path";

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 * @property {{ name: string, reason: string }[]} skipped
 * @property {Record<string, number>} [seconds] of the tests of each file
 */

/** @param {AsyncIterable<{ type: string, data: any }>} events of `node --test` */
export default async function* counter(events) {
  /** @type {Record<string, number>} */
  const seconds = {};
  /** @type {Counts} */
  const counts = { passed: 0, failed: 0, skipped: [], seconds };
  for await (const { type, data } of events) {
    const isResult = type === "test:pass" || type === "test:fail";
    if (isResult && data.nesting === 0 && data.file) {
      const name = basename(data.file);
      seconds[name] = (seconds[name] ?? 0) + data.details.duration_ms / 1000;
    }
    // Suites and files only repeat what the tests in them say.
    if (!isResult || data.details?.type === "suite") continue;
    if (data.skip !== undefined && data.skip !== false) {
      counts.skipped.push({ name: data.name, reason: typeof data.skip === "string" ? data.skip : "" });
    } else if (type === "test:fail" && data.todo === undefined) counts.failed += 1;
    else counts.passed += 1;
  }
  yield JSON.stringify(counts);
}
