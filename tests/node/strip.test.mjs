/**
 * Programs whose tables are stripped: they do what they did, their traces have the same frames, and `gowasp symbolicate` makes
 * the unstripped program's traces of them.
 *
 * `GOWASP_GO_RELEASES` names the releases, `1.21.13,1.27.4` or `all`; without it, the machine's Go.
 */

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { gowaspBinary, root } from "../../scripts/paths.mjs";
import { runChild } from "../harness/child.mjs";
import { builtProgram, goroot, withoutGo, withoutRelease } from "../harness/go.mjs";
import { ALL_RELEASES } from "../harness/toolchain.mjs";

const PROGRAM = join(root, "tests/strip/program");
const ENDS = ["nil", "again", "deadlock", "key", "generic", "throw"];
const ALL = "names,lines,inlines,args";
const timeoutMs = 300_000;

const wanted = process.env.GOWASP_GO_RELEASES;
const releases = wanted === "all" ? ALL_RELEASES : (wanted?.split(",") ?? ["local"]);

const work = mkdtempSync(join(tmpdir(), "gowasp-strip-"));
after(() => rmSync(work, { recursive: true, force: true }));

for (const release of releases) {
  const skip = withoutGo || (release !== "local" && withoutRelease(release));
  describe(`Go ${release}`, { skip }, () => {
    for (const [kinds, ...more] of [
      [ALL],
      [ALL, "--for", "server"],
      ["names"],
      ["lines"],
      ["inlines"],
      ["names,lines"],
    ]) {
      test(["traces without", kinds, ...more].join(" "), async () => {
        const original = builtProgram(PROGRAM, { release });
        const plain = await optimized(original, more);
        const stripped = await optimized(original, ["--strip", kinds, ...more]);
        const manifest = JSON.parse(readFileSync(stripped.manifest, "utf8"));
        for (const kind of kinds.split(",")) assert.ok(manifest.stripped.includes(kind), kind);
        for (const end of ENDS) {
          const [before, now] = await Promise.all([plain, stripped].map(({ wasm }) => run(wasm, end)));
          assert.equal(now.stdout, before.stdout, end);
          assert.equal(now.exitCode, before.exitCode, end);
          if (kinds === ALL) {
            assert.doesNotMatch(now.stderr, /\bmain\.(?!\(\*value\))|main\.go/, end);
            assert.match(now.stderr, /\?\.[\da-f]+\(\)/, end);
          }
          const back = await symbolicated(stripped.symbols, now.stderr);
          assert.equal(withoutArguments(back), withoutArguments(before.stderr), end);
        }
      });
    }
  });
}

/** Packs a module; the paths of what was written. */
async function optimized(/** @type {string} */ wasm, /** @type {string[]} */ args) {
  const directory = mkdtempSync(join(work, "packed-"));
  const pack = [
    "pack",
    wasm,
    "-o",
    directory,
    "--name",
    "app",
    "--encodings",
    "br",
    "--brotli",
    "1",
    "--check",
    "--strict",
  ];
  await said(gowaspBinary, [...pack, ...args]);
  const file = (/** @type {string} */ end) => {
    const name = readdirSync(directory).find((one) => one.endsWith(end));
    return join(directory, name ?? assert.fail(end));
  };
  return { wasm: file(".wasm"), symbols: file(".symbols"), manifest: file("app.json") };
}

/** Go's own runner gives Node this stack. */
function run(/** @type {string} */ wasm, /** @type {string} */ end) {
  const script = join(goroot(), "lib/wasm/wasm_exec_node.js");
  return runChild(process.execPath, ["--stack-size=8192", script, wasm, end], { env: process.env, timeoutMs });
}

async function symbolicated(/** @type {string} */ symbols, /** @type {string} */ stdin) {
  return (await said(gowaspBinary, ["symbolicate", "--symbols", symbols], stdin)).stdout;
}

async function said(/** @type {string} */ command, /** @type {string[]} */ args, stdin = "") {
  const outcome = await runChild(command, args, { env: process.env, timeoutMs, stdin });
  assert.equal(outcome.exitCode, 0, outcome.stderr);
  return outcome;
}

/** A trace without the values of arguments and the numbers of memory, which differ between two runs. */
function withoutArguments(/** @type {string} */ trace) {
  return trace
    .replace(/\((?!\.\.\.\)$)[^()]*\)$/gm, "()")
    .replace(/ (fp|sp|pc)=0x[\da-f]+/g, " $1=")
    .replace(/^\[signal .*$/gm, "[signal]");
}
