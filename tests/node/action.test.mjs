// The steps of action.yml: plain bash, run here on Go's modules from npm with the variables that GitHub would set.

import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, relative } from "node:path";
import { after, before, test } from "node:test";
import { gowaspBinary, root } from "../../scripts/paths.mjs";
import { runChild } from "../harness/child.mjs";

const astro = join(root, "node_modules/@astrojs/compiler/dist/astro.wasm");
const noWindows = { skip: process.platform === "win32" ? "a shell script stands for gh" : false };

/** @type {string} */
let folder;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "gowasp action-"));
});
after(() => rm(folder, { recursive: true, force: true }));

async function step(/** @type {string} */ script, /** @type {NodeJS.ProcessEnv} */ env) {
  const files = { GOWASP_REPORT: join(folder, "report.md"), GITHUB_STEP_SUMMARY: join(folder, "summary.md") };
  const command = { GOWASP_COMMAND: relative(root, gowaspBinary), GITHUB_OUTPUT: join(folder, "output") };
  await writeFile(files.GITHUB_STEP_SUMMARY, "");
  await writeFile(command.GITHUB_OUTPUT, "");
  const { exitCode, stdout, stderr } = await runChild("bash", [join(root, "action", script)], {
    cwd: root,
    env: { PATH: process.env.PATH, ...files, ...command, ...env },
    timeoutMs: 120_000,
  });
  const summary = await readFile(files.GITHUB_STEP_SUMMARY, "utf8");
  return { code: exitCode, text: stdout + stderr, summary, output: await readFile(command.GITHUB_OUTPUT, "utf8") };
}

test("a module that fits: summary, verdict, exit code 0", async () => {
  const { code, summary, output, text } = await step("check.sh", {
    GOWASP_FILES: `\n  ${astro}\n`,
    GOWASP_PLATFORMS: "cloudflare-workers, deno-deploy\nvercel-edge:pro",
    GOWASP_BUDGETS: "raw=6MB\nbr=1.2MB",
  });
  assert.equal(code, 0, text);
  assert.equal(output, "verdict=fits\n");
  for (const expected of ["astro.wasm`: fits", "cloudflare-workers", "deno-deploy", "vercel-edge", "budget"]) {
    assert.ok(summary.includes(expected), `${expected} in ${summary}`);
  }
});

test("one that does not, and one that nobody can read", async () => {
  const exceeding = await step("check.sh", { GOWASP_FILES: astro, GOWASP_BUDGETS: "raw=5MB" });
  assert.deepEqual([exceeding.code, exceeding.output], [1, "verdict=does-not-fit\n"]);
  const missing = await step("check.sh", { GOWASP_FILES: "no such.wasm", GOWASP_BUDGETS: "raw=5MB" });
  assert.deepEqual([missing.code, missing.output], [2, "verdict=could-not-tell\n"]);
  assert.match(missing.text, /no such\.wasm/);
});

test("nothing in an input is run or taken for an option", async () => {
  for (const files of ["$(touch pwned)", "`touch pwned`", "--list", "a; touch pwned", "*"]) {
    const { code, text } = await step("check.sh", { GOWASP_FILES: files, GOWASP_BUDGETS: "raw=1" });
    assert.equal(code, 2, text);
    assert.match(text, /cannot read/, files);
  }
  const { code } = await step("check.sh", { GOWASP_FILES: astro, GOWASP_PLATFORMS: "browser; touch pwned" });
  assert.equal(code, 2);
  await assert.rejects(readFile(join(root, "pwned")));
});

test("the comment is written again, and a token that may not is no failure", noWindows, async () => {
  const bin = await mkdtemp(join(folder, "bin-"));
  const gh = join(bin, "gh");
  const log = join(folder, "gh.log");
  const env = {
    PATH: `${bin}${delimiter}${process.env.PATH}`,
    GITHUB_REPOSITORY: "owner/name",
    GOWASP_PULL_REQUEST: "7",
  };
  const pretend = (/** @type {string} */ body) => writeFile(gh, `#!/bin/sh\necho "$*" >> "${log}"\n${body}\n`);
  await writeFile(gh, "");
  await chmod(gh, 0o755);
  await writeFile(join(folder, "report.md"), "### fits\n");

  for (const [found, expected] of [
    ["", /--method POST repos\/owner\/name\/issues\/7\/comments -F body=@/],
    ["41\n42", /--method PATCH repos\/owner\/name\/issues\/comments\/41 -F body=@/],
  ]) {
    await writeFile(log, "");
    await pretend(`case "$*" in *--jq*) printf '${found}' ;; esac`);
    const { code, text } = await step("comment.sh", env);
    assert.equal(code, 0, text);
    assert.match(await readFile(log, "utf8"), /** @type {RegExp} */ (expected));
  }
  await pretend("exit 1");
  const { code, text } = await step("comment.sh", env);
  assert.equal(code, 0);
  assert.match(text, /::notice::/);
});

test("growth: within limits, over one, and nothing to compare with", async () => {
  const small = join(folder, "small.wasm");
  await writeFile(small, Buffer.from("0061736d01000000", "hex"));
  await writeFile(join(folder, "report.md"), "### fits\n");
  const within = await step("diff.sh", { GOWASP_FILES: small, GOWASP_BASE: astro, GOWASP_FAIL_IF: "raw+0" });
  assert.deepEqual([within.code, within.output], [0, "growth=within\n"], within.text);
  assert.match(within.summary, /within the 0 bytes of `raw\+0`/);
  assert.match(await readFile(join(folder, "report.md"), "utf8"), /### fits[\s\S]*Size of the WebAssembly module/);

  const limits = { GOWASP_FAIL_IF: "  raw+50kB\n\nraw+99999999% " };
  const crossed = await step("diff.sh", {
    GOWASP_FILES: `${small}\n${astro}`,
    GOWASP_BASE: `${small}\n${small}`,
    ...limits,
  });
  assert.deepEqual([crossed.code, crossed.output], [1, "growth=crossed\n"], crossed.text);
  assert.match(crossed.summary, /internal\/printer/);

  const first = await step("diff.sh", { GOWASP_FILES: astro, GOWASP_BASE: join(folder, "no such.wasm"), ...limits });
  assert.deepEqual([first.code, first.output], [0, "growth=within\n"]);
  assert.match(first.text, /::notice::/);
  const unequal = await step("diff.sh", { GOWASP_FILES: astro, GOWASP_BASE: `${small}\n${small}`, ...limits });
  assert.equal(unequal.code, 2);
  const wrong = await step("diff.sh", { GOWASP_FILES: small, GOWASP_BASE: small, GOWASP_FAIL_IF: "size+1" });
  assert.deepEqual([wrong.code, wrong.output], [2, "growth=could-not-tell\n"]);
});

test("no input is expanded inside of a script", async () => {
  const action = await readFile(join(root, "action.yml"), "utf8");
  const scripts = action.split("\n").filter((line) => line.includes("run:"));
  assert.equal(scripts.length, 3);
  for (const line of scripts) assert.ok(!line.includes("${{"), line);
});
