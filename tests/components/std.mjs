/**
 * Go's own tests of packages that ask most of their host, as components and as plain modules, both in wasmtime: the same pass.
 *
 *     node tests/components/std.mjs [PACKAGE...] [--go 1.26.8] [--timeout SECONDS]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gowaspBinary } from "../../scripts/paths.mjs";
import { run } from "../../scripts/process.mjs";
import { command, wholeNumber } from "../harness/command.mjs";
import { findToolchain } from "../harness/toolchain.mjs";
import { testBinary } from "../std/binary.mjs";
import { skippedTests } from "../std/exceptions.mjs";
import { differences, readRun, tail } from "../std/outcome.mjs";
import { VARIANTS } from "../std/variants.mjs";
import { runWasmtime } from "./hosts.mjs";

const PACKAGES = ["os", "time", "strings", "encoding/json"];
const USAGE = `usage: node tests/components/std.mjs [PACKAGE...] [options]

  PACKAGE                standard packages whose tests to run, default ${PACKAGES.join(" ")}
  --go 1.26.8            a Go release, default the machine's own
  --timeout SECONDS      for the tests of one package, default 200`;

await command(main, USAGE);

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { go: { type: "string" }, timeout: { type: "string", default: "200" }, help: { type: "boolean" } },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const { toolchain, missing } = await findToolchain(values.go);
  if (!toolchain) throw new Error(missing);
  const seconds = wholeNumber("timeout", values.timeout);
  let differing = 0;
  for (const name of positionals.length ? positionals : PACKAGES) differing += await compare(name, toolchain, seconds);
  return differing > 0 ? 1 : 0;
}

/** @returns {Promise<number>} how many tests differ */
async function compare(/** @type {string} */ name, /** @type {any} */ toolchain, /** @type {number} */ seconds) {
  const one = { package: name, goos: "wasip1", variant: "plain", toolchain };
  const built = await testBinary(one);
  if (!built.wasm) throw new Error(built.error ?? `${name} has no tests`);
  const work = mkdtempSync(join(tmpdir(), "gowasp-std-components-"));
  try {
    const component = join(work, "component.wasm");
    await run(gowaspBinary, ["component", built.wasm, "-o", component, "-q"], { output: "capture" });
    const skip = skippedTests(one, false).map(({ test }) => test);
    const args = ["-test.v=test2json", "-test.paniconexit0", "-test.short", `-test.timeout=${seconds}s`];
    if (skip.length) args.push(`-test.skip=^(${skip.join("|")})$`);
    // As `go test` runs them, in the package's folder.
    const env = {
      PWD: join(toolchain.goroot, "src", name),
      GOROOT: toolchain.goroot,
      TMPDIR: work,
      HOME: work,
      ...VARIANTS.plain.env,
    };
    const runOne = async (/** @type {string} */ file) =>
      readRun(await runWasmtime({ file, args, env, stdin: "" }, "/"));
    const [plain, wrapped] = [await runOne(built.wasm), await runOne(component)];
    const found = differences(plain, wrapped);
    const passed = [...wrapped.tests.values()].filter((result) => result === "PASS").length;
    console.log(
      `${found.length ? "✗" : "✓"} ${name}: ${wrapped.tests.size} tests, ${passed} pass, ${found.length} differ`,
    );
    for (const { test, expected, actual } of found)
      console.log(`    ${test}: ${actual}, ${expected} as a plain module`);
    if (!plain.complete) console.log(`    the plain module ends early: ${plain.ended}, in ${plain.culprit}`);
    if (found.length) console.log(tail(wrapped, 10));
    return found.length;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
