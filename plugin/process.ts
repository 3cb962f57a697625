// Other programs.

import { spawn } from "node:child_process";

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/**
 * Runs a program to its end.
 *
 * @throws {NodeJS.ErrnoException} where it cannot be started
 */
export function run(program: string, args: readonly string[], cwd: string, env = process.env): Promise<Outcome> {
  const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], windowsHide: true });
  const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  for (const name of ["stdout", "stderr"] as const) child[name].on("data", (piece: Buffer) => output[name].push(piece));
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => {
      const [stdout, stderr] = [Buffer.concat(output.stdout).toString(), Buffer.concat(output.stderr).toString()];
      done({ code, stdout, stderr });
    });
  });
}
