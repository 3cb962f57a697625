// What gowasp-exec does with a program, in Node and in Chromium, for js and wasip1.

import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { root } from "../../scripts/paths.mjs";
import { withoutGo } from "../harness/go.mjs";

const source = join(root, "tests/exec/program");
const timeout = 120_000;

/**
 * Registers the tests of one host.
 *
 * @param {string} flags of gowasp-exec
 * @param {{ host: Record<string, string>, inPage?: boolean }} expected what the program finds, by system
 */
export function execTests(flags, { host, inPage = false }) {
  for (const goos of ["js", "wasip1"]) {
    describe(`GOOS=${goos}`, { skip: withoutGo }, () => {
      const { given, wasm, env } = prepared(goos);
      const exec = `gowasp-exec ${flags}`.trim();
      const go = (/** @type {string[]} */ ...args) =>
        spawnSync("go", args, { cwd: source, env: env(), encoding: "utf8", timeout });
      const start = (/** @type {string[]} */ args, options = {}) =>
        spawnSync("gowasp-exec", [...flags.split(" ").filter(Boolean), wasm(), ...args], {
          cwd: source,
          env: env(),
          encoding: "utf8",
          timeout,
          ...options,
        });

      test("go run: arguments, working directory, environment", () => {
        const { status, stdout, stderr } = go("run", "-exec", exec, ".", "tell", "a", "b c");
        assert.equal(stdout, "[a b c] program <nil> small 0\n", stderr);
        assert.equal(status, 0);
      });

      test("standard input, and its end", () => {
        assert.equal(start(["count"], { input: "größe\n".repeat(20_000) }).stdout, "140000 <nil>\n");
        assert.equal(start(["count"], { input: "" }).stdout, "0 <nil>\n");
      });

      test("files", () => {
        const { stdout, stderr } = start(["files", given()]);
        assert.equal(stdout, "one two three 13 ab true\n", stderr);
      });

      test("go test: coverage and profiles", () => {
        const [cover, profile] = ["cover.out", "cpu.out"].map((name) => join(given(), name));
        const outputs = ["-coverprofile", cover ?? "", "-cpuprofile", profile ?? "", "-o", join(given(), "test.wasm")];
        const { status, stdout, stderr } = go("test", "-exec", exec, ...outputs, ".");
        assert.equal(status, 0, stdout + stderr);
        assert.match(stdout, /^ok .*coverage: \d+\.\d% of statements\n$/m);
        assert.match(readFileSync(cover ?? "", "utf8"), /^mode: set\n[\s\S]*^program\/main\.go:\d+.* 1$/m);
        assert.ok(existsSync(profile ?? ""));
      });

      // The rest has nothing to do with the kind of program there.
      if (inPage && goos !== "js") return;

      test("an exit code", () => {
        const { status, stderr } = start(["exit"]);
        assert.deepEqual([status, stderr], [7, "it ends"]);
      });

      test("a broken pipe", () => {
        const line = `gowasp-exec ${flags} "$1" flood | head -n 2; echo "\${PIPESTATUS[0]}"`;
        const { stdout, stderr } = spawnSync("bash", ["-c", line, "bash", wasm()], {
          env: env(),
          encoding: "utf8",
          timeout,
        });
        assert.equal(stdout, "0\n1\n9\n", stderr);
        assert.match(stderr, /[Bb]roken pipe/);
      });

      test("a signal", async () => {
        const child = spawn("gowasp-exec", [...flags.split(" ").filter(Boolean), wasm(), "busy"], { env: env() });
        await new Promise((resolve) => child.stdout.once("data", resolve));
        child.kill("SIGTERM");
        const [code, signal] = await new Promise((resolve) => child.on("exit", (...ended) => resolve(ended)));
        assert.equal(signal ?? code, signal ? "SIGTERM" : 143);
      });

      test("what the program finds", () => {
        assert.equal(start(["host"]).stdout, `${host[goos]}\n`);
      });

      test("a deadlock", { skip: inPage && "a page may have an event yet" }, () => {
        const { status, stderr } = start(["wait"]);
        assert.match(stderr, /all goroutines are asleep - deadlock!/);
        assert.equal(status, 2);
      });

      test("an environment that is too large", { skip: goos !== "js" && "wasip1 takes any" }, () => {
        const { stdout, stderr } = start(["tell"], { env: { ...env(), LARGE: "x".repeat(9000) } });
        assert.equal(stdout, "[] program <nil> small 0\n");
        assert.match(stderr, /left out of the environment: LARGE\b/);
      });
    });
  }
}

/** Runs the tests of a module for js. */
export function goTest(/** @type {string} */ folder, /** @type {string} */ exec) {
  const bin = commandFolder();
  try {
    const env = environment(bin, "js");
    return spawnSync("go", ["test", "-v", "-exec", exec, "./..."], { cwd: folder, env, encoding: "utf8", timeout });
  } finally {
    rmSync(bin, { recursive: true, force: true });
  }
}

/** A folder for PATH that has the command. */
function commandFolder() {
  const folder = mkdtempSync(join(tmpdir(), "gowasp-exec-test-"));
  symlinkSync(join(root, "npx/gowasp-exec.mjs"), join(folder, "gowasp-exec"));
  return folder;
}

function environment(/** @type {string} */ bin, /** @type {string} */ goos) {
  const PATH = `${bin}${delimiter}${process.env.PATH}`;
  return { ...process.env, PATH, GOOS: goos, GOARCH: "wasm", GOFLAGS: "", SMALL: "small" };
}

/** The program, and an environment in which the command is found. */
function prepared(/** @type {string} */ goos) {
  let folder = "";
  before(() => {
    folder = commandFolder();
    execFileSync("go", ["build", "-o", join(folder, "program.wasm")], { cwd: source, env: env(), stdio: "pipe" });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  const env = () => environment(folder, goos);
  return { given: () => folder, wasm: () => join(folder, "program.wasm"), env };
}
