/**
 * Runs Go programs as components, original and optimized, in wasmtime and Node, with the collector under stress.
 *
 *     node tests/components/run.mjs [PROGRAM...] [--go 1.26.8,1.27.4 | all] [--host wasmtime,jco] [--quick]
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gowaspBinary } from "../../scripts/paths.mjs";
import { run } from "../../scripts/process.mjs";
import { command, known } from "../harness/command.mjs";
import { findToolchain, WASIP1_RELEASES } from "../harness/toolchain.mjs";
import { CRATE_HOSTS, HOSTS as NEW_HOSTS, OLD_HOSTS } from "./hosts.mjs";
import { assertResults, buildProgram, PROGRAMS, programsOf, SETTINGS, STDIN } from "./programs.mjs";

const HOSTS = { ...NEW_HOSTS, ...OLD_HOSTS, ...CRATE_HOSTS };

const USAGE = `usage: node tests/components/run.mjs [PROGRAM...] [options]

  PROGRAM        ${PROGRAMS.map(({ name }) => name).join(", ")}; default all
  --go LIST      Go releases, or all; default the machine's own
  --host LIST    ${Object.keys(HOSTS).join(", ")}; default the first two; wasmtime-crate runs commands alone
  --quick        one setting of the garbage collector, GOGC=1`;

/** The exit code of the stress program, and what hosts of WASI 0.2 make of any code but 0. */
const CODES = { own: 3, failed: 1 };

await command(main, USAGE);

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      go: { type: "string" },
      host: { type: "string" },
      quick: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const names = PROGRAMS.map(({ name }) => name);
  const chosen = known("program", positionals.length ? positionals : names, names);
  const hosts = known("host", values.host?.split(",") ?? Object.keys(NEW_HOSTS), Object.keys(HOSTS));
  const releases = values.go === "all" ? WASIP1_RELEASES : (values.go?.split(",") ?? [undefined]);
  const settings = values.quick ? SETTINGS.slice(1, 2) : SETTINGS;
  let failed = 0;
  for (const release of releases) {
    const { toolchain, missing } = await findToolchain(release);
    if (!toolchain) throw new Error(missing);
    for (const program of programsOf(toolchain).filter(({ name }) => chosen.includes(name))) {
      failed += await check(program, toolchain, { hosts, settings });
    }
  }
  console.log(failed === 0 ? "all the same" : `${failed} differ`);
  return failed === 0 ? 0 : 1;
}

/** Runs a program in all ways. @returns {Promise<number>} how many differ */
async function check(program, toolchain, { hosts, settings }) {
  const work = mkdtempSync(join(tmpdir(), "gowasp-components-"));
  let failed = 0;
  try {
    const original = await buildProgram(program, toolchain);
    const optimized = join(work, "optimized.wasm");
    await gowasp(["optimize", original, "-o", optimized]);
    for (const [way, module] of Object.entries({ original, optimized })) {
      const file = join(work, `${way}.component.wasm`);
      await gowasp(["component", module, "-o", file, ...program.options]);
      for (const host of hosts.filter((name) => !(program.reactor && name in CRATE_HOSTS))) {
        for (const env of settings) {
          const label = `go${toolchain.release} ${program.name} ${way} ${host} ${Object.values(env).join(" ")}`;
          const start = performance.now();
          const problem = await runOne(program, { file, host, env, original }).catch((error) => error);
          console.log(`${problem ? "✗" : "✓"} ${label} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
          if (problem) console.log(String(problem.message ?? problem).replace(/^/gm, "    "));
          failed += problem ? 1 : 0;
        }
      }
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return failed;
}

function gowasp(/** @type {string[]} */ args) {
  return run(gowaspBinary, [...args, "-q"], { output: "capture" });
}

/** A command does what the module does under preview 1, a reactor returns what it should. */
async function runOne(program, { file, host, env, original }) {
  const given = { args: program.reactor ? [] : ["/data"], env: { ...env, ASKED: "yes", PWD: "/data" }, stdin: STDIN };
  const outcome = await HOSTS[host]({ ...given, file });
  if (program.reactor) {
    assert.equal(outcome.exitCode, 0, outcome.stderr);
    return assertResults(program.name, outcome.stdout);
  }
  const expected = await HOSTS.wasmtime({ ...given, file: original });
  assert.equal(expected.exitCode, CODES.own, expected.stderr);
  assert.equal(outcome.stdout, expected.stdout, outcome.stderr);
  assert.equal(outcome.exitCode, CODES.failed, outcome.stderr);
}
