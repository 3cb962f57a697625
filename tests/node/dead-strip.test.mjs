/**
 * Methods that nobody can call go, and those that somebody can call stay, by name; what a program does with those that stay is
 * in `tests/programs/methods`, `methods_by_number` and `methods_shown`.
 *
 * `GOWASP_GO_RELEASES` names the releases, `1.21.13,1.27.4` or `all`; without it, the machine's Go.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { gowaspBinary, root } from "../../scripts/paths.mjs";
import { builtProgram, withoutGo, withoutRelease } from "../harness/go.mjs";
import { ALL_RELEASES } from "../harness/toolchain.mjs";

const wanted = process.env.GOWASP_GO_RELEASES;
const releases = wanted === "all" ? ALL_RELEASES : (wanted?.split(",") ?? ["local"]);

const work = mkdtempSync(join(tmpdir(), "gowasp-dead-"));
after(() => rmSync(work, { recursive: true, force: true }));

for (const release of releases) {
  const skip = withoutGo || (release !== "local" && withoutRelease(release));
  describe(`Go ${release}`, { skip }, () => {
    test("methods without the rest of an interface go", () => {
      const removed = removedFrom("methods", release);
      for (const name of ["main.almost.Area", "main.(*almost).Area", "main.(*almost).Edges"]) {
        assert.ok(removed.includes(name), `${name} in ${removed.join(" ")}`);
      }
      // What interfaces call of a type with a value as receiver.
      for (const name of [
        "named).Name",
        "square).scale",
        "byLength).Less",
        "failure).Timeout",
        "celsius).MarshalJSON",
      ]) {
        assert.ok(!removed.includes(`main.(*${name}`), `${name} in ${removed.join(" ")}`);
      }
    });

    test("of what reflection shows by number, lower-case methods go that no interface has", () => {
      const removed = removedFrom("methods_by_number", release);
      for (const name of ["main.almost.area", "main.(*almost).area"]) {
        assert.ok(removed.includes(name), `${name} in ${removed.join(" ")}`);
      }
      const kept = /^main\.(\(\*square\)|.*\.(Noise|Scale|Show)$)/;
      assert.deepEqual(
        removed.filter((name) => kept.test(name)),
        [],
      );
    });

    test("what reflection may show stays", () => {
      const removed = removedFrom("methods_shown", release);
      assert.deepEqual(
        removed.filter((name) => name.startsWith("main.")),
        [],
      );
    });
  });
}

/** Names of the functions that the pass takes out of a test program. */
function removedFrom(program, release) {
  const wasm = builtProgram(join(root, "tests", "programs", program), { release, goos: "js" });
  const report = join(work, `${program}-${release}.json`);
  const out = join(work, "out.wasm");
  execFileSync(gowaspBinary, ["optimize", wasm, "-o", out, "--report", report, "--strict", "--check"]);
  const pass = JSON.parse(readFileSync(report, "utf8")).passes.find(({ name }) => name === "dead-strip");
  assert.equal(pass.status, "ran", pass.reason);
  return pass.removed ?? [];
}
