/**
 * Snapshots: what init functions made is there, and random numbers, clocks, arguments, environment and files are each instance's
 * own. Reactors in wasmtime and in Node; commands there and in wazero, however they end.
 *
 * `GOWASP_GO_RELEASES` names the releases, `1.24.13,1.27.4`; without it, the machine's Go.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { wasmtimeHome } from "../../scripts/engines.mjs";
import { gowaspBinary } from "../../scripts/paths.mjs";
import { runOnEngine, WASI_ENGINES } from "../engines/wasi.mjs";
import { runChild } from "../harness/child.mjs";
import { builtProgram, withoutGo } from "../harness/go.mjs";
import { optimizerMissing } from "../harness/optimize.mjs";
import { hostsFor, runUnder } from "../harness/programs/hosts.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const PROGRAM = here("../snapshot/program");
const COMMAND = here("../snapshot/command");
/** How the command ends: its exit code. */
const ENDS = { "": 0, "-h": 0, panic: 2, exit: 7, goexit: 2, deadlock: 2, again: 2 };
const INSTANCES = 3;
const CALLS = ["chances", "kept", "clocks", "surroundings", "stress=3000"];
/** What `kept` returns where everything is there: the sum below 1000, and 42. */
const KEPT = 499_542;

const releases = process.env.GOWASP_GO_RELEASES?.split(",") ?? ["local"];
const missing = optimizerMissing(gowaspBinary) || WASI_ENGINES.wasmtime.missing() || withoutGo;
const skip = process.env.CI !== "true" && missing;

const HOSTS = {
  wasmtime: ["python3", here("../snapshot/wasmtime_run.py"), wasmtimeHome],
  node: [process.execPath, "--no-warnings", here("../snapshot/node_run.mjs")],
};

const work = mkdtempSync(join(tmpdir(), "gowasp-snapshot-"));
after(() => rmSync(work, { recursive: true, force: true }));
const data = mkdtempSync(join(work, "data"));
writeFileSync(join(data, "file"), "text");

for (const release of releases) {
  describe(`snapshots, Go ${release}`, { skip, concurrency: 2 }, () => {
    const original = skip ? "" : builtProgram(PROGRAM, { release, goos: "wasip1", flags: ["-buildmode=c-shared"] });
    const path = (name) => join(work, `${release}-${name}.wasm`);

    test("the same bytes each time, and what init makes for all is warned of", async () => {
      const said = await gowasp("snapshot", original, "-o", path("plain"));
      await gowasp("snapshot", original, "-o", path("again"));
      assert.ok(readFileSync(path("plain")).equals(readFileSync(path("again"))));
      assert.match(said, /asks for the time/);
      assert.doesNotMatch(said, /environment variables|program's name/);
    });

    for (const preset of ["none", "server", "download"]) {
      test(`instances of what is optimized for ${preset}`, async () => {
        const input = preset === "none" ? original : path(`optimized-${preset}`);
        if (preset !== "none") await gowasp("optimize", original, "-o", input, "--for", preset);
        const snapshot = path(`snapshot-${preset}`);
        await gowasp("snapshot", input, "-o", snapshot);
        if (preset !== "none") {
          // In one step, with symbols.
          const packed = path(`packed-${preset}`);
          await gowasp("pack", original, "-o", packed, "--for", preset, "--snapshot", "--encodings", "gzip");
          const { module, symbols } = JSON.parse(readFileSync(join(packed, "app.json"), "utf8"));
          assert.ok(readFileSync(join(packed, module.url)).equals(readFileSync(snapshot)));
          assert.ok(symbols.size > 10_000, "lines are in the side-car");
        }
        for (const host of Object.keys(HOSTS)) {
          checkInstances(await run(host, snapshot));
        }
        checkInstances(await run("node", snapshot, { FORGET: "1" }));
      });
    }

    test("the original does the same", async () => checkInstances(await run("wasmtime", original)));
  });
}

for (const release of releases) {
  describe(`snapshots of a command, Go ${release}`, { skip, concurrency: 2 }, () => {
    const original = skip ? "" : builtProgram(COMMAND, { release, goos: "wasip1" });
    const path = (name) => join(work, `command-${release}-${name}.wasm`);

    for (const preset of ["none", "server", "download"]) {
      test(`what is optimized for ${preset} ends as the original`, async () => {
        const snapshot = path(preset);
        const said =
          preset === "none"
            ? await gowasp("snapshot", original, "-o", snapshot)
            : await gowasp("optimize", original, "-o", snapshot, "--for", preset, "--snapshot");
        assert.match(said, /makes something of the program's name/);
        const chances = [];
        for (const [end, exitCode] of Object.entries(ENDS)) {
          const program = { args: end ? [end] : [], stdin: "a line\n", env: { K: "value" }, nodeArgs: [] };
          // The others compile for seconds each time.
          const engines = end === "panic" ? Object.keys(WASI_ENGINES) : [];
          const hosts = [
            ...engines.map((engine) => (wasm) => runOnEngine(engine, program, wasm)),
            ...hostsFor("wasip1").map((host) => (wasm) => runUnder(host, { program }, wasm)),
          ];
          for (const run of hosts) {
            const [before, after] = [await run(original), await run(snapshot)];
            assert.equal(before.exitCode, exitCode, before.stderr);
            assert.equal(after.exitCode, exitCode, after.stderr);
            assert.equal(named(after.stdout), named(before.stdout));
            assert.deepEqual(trace(after, preset === "none"), trace(before, preset === "none"));
            chances.push(...after.stderr.split("\n").filter(isChance));
          }
        }
        assert.ok(chances.length > 10);
        assert.equal(new Set(chances).size, chances.length, "every instance has its own random numbers");
      });
    }
  });
}

/** The lines on standard error that are the same in every instance; `offsets` only where the code is the original's. */
function trace({ stderr }, offsets) {
  const plain = (line) => (offsets ? line : line.replace(/ \+0x[0-9a-f]+$/, "").replace(/\([^)]*\)$/, ""));
  const lines = stderr.split("\n").filter((line) => !isChance(line));
  return lines.map((line) => named(plain(line)));
}

function isChance(line) {
  return line.startsWith("chances");
}

/** Hosts give the path of the file as the program's name. */
function named(text) {
  return text.replaceAll(/\S+\.wasm/g, "NAME");
}

function checkInstances(instances) {
  assert.equal(instances.length, INSTANCES);
  instances.forEach(({ returned, written }, number) => {
    assert.deepEqual(returned, [null, KEPT, null, null, 3000 + KEPT]);
    assert.deepEqual(written.slice(-5), [
      "since init is right true",
      "slept true year true",
      `args [program argument ${number}] K value ${number} 1`,
      "L new /data <nil>",
      "text <nil>",
    ]);
  });
  const chances = instances.map(({ written }) => written.slice(0, -5));
  assert.equal(chances[0].length, 6);
  for (const [row, line] of chances[0].entries()) {
    const different = new Set(chances.map((lines) => lines[row])).size;
    assert.ok(different > 1, `every instance has ${line}`);
  }
}

/** What the instances of a module returned and wrote. */
async function run(host, wasm, env = {}) {
  const [program, ...args] = HOSTS[host];
  const outcome = await runChild(program, [...args, data, wasm, String(INSTANCES), ...CALLS], {
    env: { ...process.env, ...env },
    timeoutMs: 180_000,
  });
  assert.equal(outcome.exitCode, 0, outcome.stdout + outcome.stderr);
  return outcome.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** What `gowasp` says to its standard error. */
async function gowasp(...args) {
  const outcome = await runChild(gowaspBinary, args, { env: process.env, timeoutMs: 180_000 });
  assert.equal(outcome.exitCode, 0, outcome.stderr);
  return outcome.stderr;
}
