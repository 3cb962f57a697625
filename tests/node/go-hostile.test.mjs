// Host functions called by a module that lies: stack pointers, addresses, lengths and references of all kinds. Each ends, with
// nothing but a RangeError or a TypeError.

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { importHost } from "../harness/go_host.mjs";
import { fakeInstance } from "./go/fake.mjs";

/** The memory of `fakeInstance` is one page. */
const memoryBytes = 65_536;

const stackPointers = [
  0,
  -1,
  2 ** 31,
  2 ** 32 - 8,
  // Not aligned.
  16_385,
  memoryBytes - 24,
  memoryBytes - 56,
  memoryBytes,
  undefined,
];

const box = (/** @type {number} */ flag, /** @type {number} */ id) =>
  (0x7ff8_0000n << 32n) | (BigInt(flag) << 32n) | BigInt(id);

/** What the arguments are: all of memory is filled with one of these, so it is each argument's address, length, reference and text. */
const words = [
  0n,
  1n,
  8n,
  0xffff_ffff_ffff_ffffn,
  0x7fff_ffff_ffff_ffffn,
  0x8000_0000_0000_0000n,
  0xffff_ffffn,
  0x8000_0000n,
  BigInt(memoryBytes - 1),
  BigInt(memoryBytes),
  // References: of the predefined values, of what is no slot, with flags that are none.
  ...[0, 2, 5, 6].map((id) => box(1, id)),
  ...[7, 2 ** 31, 2 ** 32 - 1].flatMap((id) => [0, 1, 2, 4, 7].map((flag) => box(flag, id))),
  // An infinity and a signalling NaN.
  0x7ff0_0000_0000_0000n,
  0x7ff0_0000_0000_0001n,
];

describe("a module that lies", () => {
  let GoHost;
  before(async () => {
    ({ GoHost } = await importHost());
  });

  /** Calls one host function of a host of its own. @returns {unknown} what it threw */
  function thrown(name, sp, word) {
    const host = new GoHost({ stdout() {}, stderr() {} });
    const instance = fakeInstance();
    // Rejects where the program is over by the call, which is as it should be.
    host.run(instance).catch(() => {});
    new BigUint64Array(instance.exports.mem.buffer).fill(word);
    try {
      host.imports[name](sp);
    } catch (error) {
      return error;
    } finally {
      host.kill();
    }
  }

  test("gets an error from each host function, or nothing", (context) => {
    context.mock.method(console, "log", () => {});
    const names = Object.keys(new GoHost().imports);
    assert.ok(names.length >= 23, `${names.length} host functions`);
    for (const name of names) {
      for (const sp of stackPointers) {
        for (const word of words) {
          const error = thrown(name, sp, word);
          const what = `${name}(${sp}) with 0x${word.toString(16)}: ${error}`;
          assert.ok(error === undefined || error instanceof RangeError || error instanceof TypeError, what);
        }
      }
    }
  });
});
