/**
 * `npm run test:resume`: builds the test build and has the test programs, the standard library's tests of CI and random
 * programs unwind behind every call (optimizer/core/src/passes/stress_resumes.rs). Original against optimized, and how many of the
 * resume points were entered.
 *
 *     node tests/programs/resume.mjs [--go 1.26.8,1.21.13]
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { root } from "../../scripts/paths.mjs";
import { CommandError, run } from "../../scripts/process.mjs";
import { buildTestBuild } from "../../scripts/test/test-build.mjs";
import { command } from "../harness/command.mjs";

const USAGE = "usage: node tests/programs/resume.mjs [--go RELEASE,...]";

await command(main, USAGE);

async function main() {
  const { values } = parseArgs({ options: { go: { type: "string" } } });
  await buildTestBuild();
  const releases = values.go ? ["--go", values.go] : [];
  let failed = false;
  for (const [script, ...args] of [
    ["tests/programs/run.mjs"],
    ["tests/std/run.mjs", "--ci"],
    ["tests/fuzz/run.mjs", "--seeds", "1..8", "--kind", "mixed,nosplit", "--goos", "js,wasip1", "--mix"],
  ]) {
    console.log(`\n${script}`);
    const all = [join(root, script), ...args, ...releases, "--resume-stress"];
    const stopped = await run(process.execPath, all, { cwd: root }).then(
      () => false,
      (error) => {
        if (error instanceof CommandError) return true;
        throw error;
      },
    );
    failed ||= stopped;
  }
  return failed ? 1 : 0;
}
