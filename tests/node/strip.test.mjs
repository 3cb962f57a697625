/**
 * Programs whose tables are stripped: they do what they did, their traces have the same frames, and `gowasp symbolicate` makes
 * the unstripped program's traces of them.
 *
 * `GOWASP_GO_RELEASES` names the releases, `1.21.13,1.27.4` or `all`; without it, the machine's Go.
 */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { promisify } from "node:util";
import { gowaspBinary } from "../../scripts/paths.mjs";
import { runChild } from "../harness/child.mjs";
import { builtProgram, goroot, withoutGo, withoutRelease } from "../harness/go.mjs";
import { hostScript } from "../harness/programs/hosts.mjs";
import { ALL_RELEASES, WASIP1_RELEASES } from "../harness/toolchain.mjs";
import { stacksOf } from "../strip/profile.mjs";
import { ALL, ENDS, PROGRAM, packed, symbolicated, withoutArguments } from "../strip/traces.mjs";

const timeoutMs = 300_000;

const wanted = process.env.GOWASP_GO_RELEASES;
const releases = wanted === "all" ? ALL_RELEASES : (wanted?.split(",") ?? ["local"]);

const work = mkdtempSync(join(tmpdir(), "gowasp-strip-"));
after(() => rmSync(work, { recursive: true, force: true }));

const EVERY = [[ALL], [ALL, "--for", "server"], ["names"], ["lines"], ["inlines"], ["names,lines"]];

for (const { release, goos } of releases.flatMap(systems)) {
  const skip = withoutGo || (release !== "local" && withoutRelease(release));
  describe(`Go ${release} for ${goos}`, { skip }, () => {
    // Traces are made alike for both: on this machine's Go, one will do for the second.
    for (const [kinds = ALL, ...more] of goos === "js" || wanted ? EVERY : [[ALL]]) {
      test(["traces without", kinds, ...more].join(" "), async () => {
        const original = builtProgram(PROGRAM, { release, goos });
        const plain = await packed(work, original, more);
        const stripped = await packed(work, original, ["--strip", kinds, ...more]);
        const manifest = JSON.parse(readFileSync(stripped.manifest, "utf8"));
        for (const kind of kinds.split(",")) assert.ok(manifest.stripped.includes(kind), kind);
        for (const end of ENDS) {
          const [before, now] = await Promise.all([plain, stripped].map(({ wasm }) => run(goos, wasm, end)));
          assert.equal(now.stdout, before.stdout, end);
          assert.equal(now.exitCode, before.exitCode, end);
          if (kinds === ALL) {
            assert.doesNotMatch(now.stderr, /\bmain\.(?!\(\*value\))|main\.go/, end);
            assert.match(now.stderr, /\?\.[\da-f]+\(\)/, end);
          }
          const back = await symbolicated(stripped.symbols, now.stderr);
          assert.equal(withoutArguments(back), withoutArguments(before.stderr), end);
        }
        const [before, now] = await Promise.all([plain, stripped].map(({ wasm }) => profileOf(goos, wasm)));
        const back = await symbolicatedFile(stripped.symbols, now);
        assert.deepEqual(stacksOf(back), stacksOf(before));
        assert.notDeepEqual(stacksOf(now), stacksOf(before));
      });
    }
  });
}

/** What a program's runtime/pprof writes of its goroutines. */
async function profileOf(/** @type {string} */ goos, /** @type {string} */ wasm) {
  const { stdout } = await run(goos, wasm, "profile");
  const [, base64] = /^profile (.*)$/m.exec(stdout) ?? assert.fail(stdout);
  return Buffer.from(base64 ?? "", "base64");
}

/** What `gowasp symbolicate` makes of a file. */
async function symbolicatedFile(/** @type {string} */ symbols, /** @type {Uint8Array} */ content) {
  const path = join(mkdtempSync(join(work, "profile-")), "profile");
  writeFileSync(path, content);
  const args = ["symbolicate", "--symbols", symbols, path];
  const { stdout } = await promisify(execFile)(gowaspBinary, args, { encoding: "buffer" });
  return stdout;
}

/** What a release builds for. */
function systems(/** @type {string} */ release) {
  const all = release === "local" || WASIP1_RELEASES.includes(release) ? ["js", "wasip1"] : ["js"];
  return all.map((goos) => ({ release, goos }));
}

/** Go's own runner gives Node this stack. */
function run(/** @type {string} */ goos, /** @type {string} */ wasm, /** @type {string} */ end) {
  const script = goos === "js" ? [join(goroot(), "lib/wasm/wasm_exec_node.js")] : [hostScript("wasip1"), ""];
  const args = ["--no-warnings", "--stack-size=8192", ...script, wasm, end];
  return runChild(process.execPath, args, { env: process.env, timeoutMs });
}
