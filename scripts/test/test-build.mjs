// The test build of the optimizer, which has `--resume-stress`.

import { root } from "../paths.mjs";
import { run } from "../process.mjs";

/** Under a name of its own: target/release/gowasp-resume-stress. */
export async function buildTestBuild(env = process.env) {
  const name = "resume-stress";
  const args = ["build", "--release", "-p", "gowasp", "--features", name, "--bin", `gowasp-${name}`];
  await run("cargo", args, { cwd: root, env });
}
