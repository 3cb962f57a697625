// `go build`.

import { mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { type Outcome, run } from "../process.js";
import { Problem, problemOf } from "./problem.js";

/** How `go` is called for a package. */
export interface GoCall {
  /** The program. */
  go: string;
  /** The package's folder. */
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Of `go build`, as far as `go list` takes them, too. */
  flags: readonly string[];
}

/**
 * Builds a package. Go itself keeps what it has compiled, and links only what is not at `output` yet.
 *
 * @param root what messages name files relative to
 * @throws {Problem} what the compiler says; or that there is no `go`
 */
export async function goBuild({ go, cwd, env, flags }: GoCall, output: string, root: string): Promise<Buffer> {
  await mkdir(dirname(output), { recursive: true });
  let outcome: Outcome;
  try {
    outcome = await run(go, ["build", "-o", output, ...flags, "."], cwd, env);
  } catch (error) {
    throw notStarted(go, cwd, error as NodeJS.ErrnoException);
  }
  if (outcome.code !== 0) throw problemOf(outcome.stderr || `${go} build ended with ${outcome.code}`, cwd, root);
  return readFile(output);
}

function notStarted(go: string, cwd: string, { code, message }: NodeJS.ErrnoException): Problem {
  if (code !== "ENOENT") return new Problem(`${go} cannot be started: ${message}`);
  return new Problem(
    `${cwd} is a Go package, and there is no program ${go} to build it with: install Go (https://go.dev/dl), ` +
      "name the program with the plugin's option `go`, or import a .wasm file that is built already",
  );
}
