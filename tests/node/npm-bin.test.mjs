// `npx gowasp`: finds the native program and is indistinguishable from it.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const original = fileURLToPath(new URL("../../scripts/gowasp.mjs", import.meta.url));
const noWindows = { skip: process.platform === "win32" ? "uses shell scripts and signals" : false };

/** @type {string} */
let folder;
/** A copy outside of the repository, beside which nothing is built. @type {string} */
let script;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "gowasp-bin-"));
  script = join(folder, "package", "scripts", "gowasp.mjs");
  await mkdir(dirname(script), { recursive: true });
  await cp(original, script);
});
after(() => rm(folder, { recursive: true, force: true }));

/** Node's own folder is all that PATH needs. */
const bare = { PATH: dirname(process.execPath) };

async function runScript(/** @type {string[]} */ args, /** @type {NodeJS.ProcessEnv} */ env) {
  const child = spawn(process.execPath, [script, ...args], { env });
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (output += chunk));
  const [code] = await once(child, "close");
  return { code, output };
}

test("without a native program it says how to get one", async () => {
  const { code, output } = await runScript(["pack"], bare);
  assert.equal(code, 127);
  assert.match(output, /cargo install gowasp/);
});

test("GOWASP_BINARY is run; arguments, output and exit code are passed on", noWindows, async () => {
  const env = { ...bare, GOWASP_BINARY: "/bin/sh" };
  const { code, output } = await runScript(["-c", 'echo "$1"; exit 7', "sh", "two words"], env);
  assert.deepEqual([code, output], [7, "two words\n"]);
});

test("a program beside the package comes before one on PATH", noWindows, async () => {
  const onPath = join(folder, "on-path");
  const built = join(folder, "package", "target", "release");
  await mkdir(onPath, { recursive: true });
  await cp("/bin/echo", join(onPath, "gowasp"));
  const env = { PATH: `${onPath}:${bare.PATH}` };
  assert.deepEqual(await runScript(["found"], env), { code: 0, output: "found\n" });

  await mkdir(built, { recursive: true });
  await cp("/bin/false", join(built, "gowasp"));
  assert.equal((await runScript([], env)).code, 1);
  await rm(built, { recursive: true });
});

test("a script of this name on PATH is not run: it would be this one", noWindows, async () => {
  const shims = join(folder, "shims");
  await mkdir(shims, { recursive: true });
  await writeFile(join(shims, "gowasp"), `#!/bin/sh\nexec "${process.execPath}" "${script}" "$@"\n`);
  await chmod(join(shims, "gowasp"), 0o755);
  assert.equal((await runScript([], { PATH: `${shims}:${bare.PATH}` })).code, 127);
});

test("a signal reaches the program, and its end is reported", noWindows, async () => {
  // On a machine under load a shell now and then does not get as far as its trap: then once more.
  for (let attempt = 1; ; attempt++) {
    const ended = await terminated(10_000);
    if (ended === undefined && attempt < 4) continue;
    assert.deepEqual(ended, [3, "ready\ngot it\n"]);
    return;
  }
});

/** Exit code and output of a program that is told to end once it is ready; undefined if it takes longer than this. */
async function terminated(milliseconds) {
  const program = "trap 'echo got it; exit 3' TERM; echo ready; while :; do sleep 0.05; done";
  const env = { ...process.env, GOWASP_BINARY: "/bin/sh" };
  // A process group of its own, so that nothing is left running if the signal gets lost.
  const child = spawn(process.execPath, [script, "-c", program], { env, detached: true });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    process.kill(-child.pid, "SIGKILL");
  }, milliseconds);
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
    if (String(chunk).includes("ready")) child.kill("SIGTERM");
  });
  const [code] = await once(child, "close");
  clearTimeout(timer);
  return late ? undefined : [code, output];
}
