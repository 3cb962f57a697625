/**
 * `--gc-first-heap` and the option `gcFirstHeap` of `load()` move Go's first collection, and change nothing else: GOGC, at the
 * start and while the program runs, is a proportion of what they say.
 *
 * `GOWASP_GO_RELEASES` names the releases, `1.21.13,1.27.4` or `all`; without it, the first, the machine's own and the last.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { load } from "../../dist/index.js";
import { gowaspBinary } from "../../scripts/paths.mjs";
import { runChild } from "../harness/child.mjs";
import { optimizerMissing } from "../harness/optimize.mjs";
import { buildAll } from "../harness/programs/build.mjs";
import { casesOf } from "../harness/programs/catalog.mjs";
import { ALL_RELEASES, findToolchain } from "../harness/toolchain.mjs";

const PROGRAM = {
  name: "first-heap",
  since: "1.18",
  goos: ["js", "wasip1"],
  buildmode: {},
  variants: ["default"],
  files: { "main.go": readFileSync(new URL("first-heap/main.go", import.meta.url), "utf8") },
};
const MIB = 2 ** 20;
const TIMEOUT_MS = 120_000;

const wanted = process.env.GOWASP_GO_RELEASES;
const releases =
  wanted === "all" ? ALL_RELEASES : (wanted?.split(",") ?? [ALL_RELEASES.at(0), undefined, ALL_RELEASES.at(-1)]);
const found = await Promise.all(releases.map(findToolchain));
const missing = [optimizerMissing(gowaspBinary), ...found.map((one) => one.missing)].filter(Boolean);
for (const reason of missing) {
  test("all that the program needs is there", { skip: process.env.CI !== "true" && reason }, () => {
    assert.fail(reason);
  });
}
const cases = found.flatMap(({ toolchain }) => (toolchain ? casesOf([PROGRAM], toolchain) : []));
const built = await buildAll(cases);
const work = mkdtempSync(join(tmpdir(), "gowasp-first-heap-"));
after(() => rmSync(work, { recursive: true, force: true }));

describe("the first collection", { skip: optimizerMissing(gowaspBinary) || false }, () => {
  for (const { id } of cases) {
    test(id, async () => {
      const { wasm, error } = built.get(id);
      assert.equal(error, undefined);
      const file = join(work, `${id.replaceAll(/\W/g, "-")}.wasm`);
      const done = await optimize(wasm, file, "32MiB");
      assert.equal(done.exitCode, 0, done.stderr);

      const usual = await collections(wasm);
      assert.ok(usual[0] >= 3 && usual[1] >= usual[0], `Go's own: ${usual}`);
      const late = await collections(file);
      assert.equal(late[0], 0, "32 MiB are not full");
      assert.ok(late[1] >= 2 && late[1] < usual[1], `a quarter of 32 MiB, ${late[1]} times`);
      const again = await collections(file, { gcFirstHeap: 4 * MIB });
      const apart = again.map((count, half) => Math.abs(count - usual[half]));
      // Where a collection begins depends on what the host has allocated before.
      assert.ok(Math.max(...apart) <= 1, `load() goes back to Go's own: ${again}, not ${usual}`);
      // A number that is negative in 32 bits.
      assert.equal((await collections(file, { gcFirstHeap: 3072 * MIB }))[0], 0);
      assert.equal((await collections(file, { gcFirstHeap: 4 * MIB, env: { GOGC: "off" } }))[0], 0);
      assert.ok((await collections(file, { env: { GOGC: "25" } }))[0] >= 2, "GOGC is a proportion of 32 MiB");
      await assert.rejects(load(wasm, { gcFirstHeap: 32 * MIB }), {
        code: "invalid-option",
        message: /gcFirstHeap is for Go programs that were optimized or packed with --gc-first-heap/,
      });
    });
  }

  test("sizes that are of no use, and files that are not Go's, are refused", async () => {
    const { wasm } = built.get(cases[0].id);
    const file = join(work, "refused.wasm");
    const refusals = [
      [["4kB"], /can have 65536 to 4294967295 bytes, not 4000/],
      [["4GiB"], /can have 65536 to 4294967295 bytes, not 4294967296/],
      [["4TiB"], /invalid value '4TiB'/, 2],
      [["64MiB", "--max-memory", "64MiB"], /would collect nothing before its 67108864 bytes of memory are full/],
      [["32MiB", "-O0"], /--gc-first-heap cannot be done: -O0/],
      [["32MiB", "--skip", "pace-collector"], /--gc-first-heap cannot be done: --skip/],
    ];
    for (const [args, message, exitCode = 1] of refusals) {
      const done = await optimize(wasm, file, ...args);
      assert.equal(done.exitCode, exitCode, args.join(" "));
      assert.match(done.stderr, message);
    }
  });
});

const optimize = (wasm, file, ...args) =>
  runChild(gowaspBinary, ["optimize", wasm, "-o", file, "--check", "--gc-first-heap", ...args], {
    env: process.env,
    timeoutMs: TIMEOUT_MS,
  });

/** How often the program collected garbage, in each of its halves. */
async function collections(wasm, options = {}) {
  let text = "";
  const stdout = (chunk) => {
    text += Buffer.from(chunk);
  };
  const app = await load(wasm, { ...options, stdout });
  assert.equal(await app.exited, 0);
  return text.trim().split(" ").map(Number);
}
