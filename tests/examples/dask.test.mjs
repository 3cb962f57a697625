// examples/dask: a scheduler and two workers on this machine pack 30 modules; a worker that is killed half way loses nothing.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { cacheDir, gowaspBinary, root } from "../../scripts/paths.mjs";
import { run, track } from "../../scripts/process.mjs";
import { installRequirements } from "../../scripts/setup/pip.mjs";
import { answerModule, sha256 } from "../node/load/fixture.mjs";
import { contents } from "./folders.mjs";

const example = join(root, "examples/dask");
const folder = mkdtempSync(join(tmpdir(), "gowasp-dask-"));
const names = Array.from({ length: 30 }, (_, number) => `app${number}`);
const output = join(folder, "output");
const log = join(folder, "log");
/** Long enough for a worker to be killed at work. */
const SECONDS_EACH = 0.3;

/** @type {NodeJS.ProcessEnv} */
let env;
/** @type {import("node:child_process").ChildProcess[]} */
const children = [];

before(async () => {
  const requirements = readFileSync(join(example, "requirements.txt"), "utf8");
  const home = join(cacheDir, "tools", `dask-${sha256(requirements).slice(0, 16)}`);
  if (!existsSync(home)) await installRequirements(requirements, home, console.log);
  env = { ...process.env, PYTHONPATH: home };

  mkdirSync(join(folder, "modules"));
  for (const [number, name] of names.entries()) {
    writeFileSync(join(folder, "modules", `${name}.wasm`), answerModule(1000 + number));
  }
  const slow = `#!/bin/sh\necho "$4" >> '${log}'\nsleep ${SECONDS_EACH}\nexec '${gowaspBinary}' "$@"\n`;
  writeFileSync(join(folder, "slow-gowasp"), slow);
  chmodSync(join(folder, "slow-gowasp"), 0o755);
});
after(async () => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a program of `distributed`, and waits until it says a line that fits. */
async function start(/** @type {string} */ program, /** @type {string[]} */ args, /** @type {RegExp} */ ready) {
  const options = { cwd: folder, env, stdio: /** @type {const} */ (["ignore", "ignore", "pipe"]) };
  const child = track(spawn("python3", ["-m", `distributed.cli.${program}`, ...args], options));
  children.push(child);
  let said = "";
  const found = new Promise((done, fail) => {
    child.stderr.setEncoding("utf8").on("data", (text) => {
      said += text;
      const match = ready.exec(said);
      if (match) done(match);
    });
    child.once("close", () => fail(new Error(`${program} ended:\n${said}`)));
  });
  return { child, match: await found };
}

const done = () =>
  existsSync(output) ? readdirSync(output).filter((name) => existsSync(join(output, name, "app.json"))).length : 0;

test("30 modules, two workers, one of them killed half way", { timeout: 300_000 }, async () => {
  const here = ["--host", "127.0.0.1", "--no-dashboard"];
  const { match } = await start("dask_scheduler", [...here, "--port", "0"], /Scheduler at:\s*(tcp:\S+)/);
  const worker = () =>
    start("dask_worker", [match[1], ...here, "--nthreads", "1", "--no-nanny"], /Registered to:\s*tcp/);
  const [{ child: victim }] = await Promise.all([worker(), worker()]);

  const modules = names.map((name) => join(folder, "modules", `${name}.wasm`));
  const program = ["--gowasp", join(folder, "slow-gowasp")];
  const all = run("python3", [join(example, "pack_many.py"), match[1], output, ...modules, ...program], {
    cwd: folder,
    env,
    output: "capture",
  });
  while (done() < names.length / 2) await Promise.race([sleep(20), all]);
  assert.ok(done() < names.length, "it is killed at work");
  victim.kill("SIGKILL");

  const packed = (await all).split("\n").filter((line) => line.startsWith("packed "));
  assert.deepEqual(packed.sort(), names.map((name) => `packed ${name}`).sort(), "every result, once");
  assert.deepEqual(readdirSync(output).sort(), [...names].sort());
  const runs = readFileSync(log, "utf8").trim().split("\n").length;
  assert.ok(runs > names.length, `what the worker had begun was done again (${runs} runs)`);

  await run(gowaspBinary, ["pack", ...modules, "-q", "-o", join(folder, "alone")], { output: "capture" });
  assert.deepEqual(contents(output), contents(join(folder, "alone")));
});

test("a module that is none is named, and the others are packed", { timeout: 120_000 }, async () => {
  const here = ["--host", "127.0.0.1", "--no-dashboard"];
  const { match } = await start("dask_scheduler", [...here, "--port", "0"], /Scheduler at:\s*(tcp:\S+)/);
  await start("dask_worker", [match[1], ...here, "--nthreads", "1", "--no-nanny"], /Registered to:\s*tcp/);
  writeFileSync(join(folder, "bad.wasm"), "<!doctype html>");
  const some = join(folder, "some");
  const modules = [join(folder, "bad.wasm"), join(folder, "modules/app0.wasm")];
  const args = [join(example, "pack_many.py"), match[1], some, ...modules, "--gowasp", gowaspBinary];
  const failure = await run("python3", args, { cwd: folder, env, output: "capture" }).catch((error) => error);
  assert.equal(failure.exitCode, 1);
  assert.match(failure.message, /bad: .*HTML/);
  assert.deepEqual(readdirSync(some), ["app0"]);
});
