/**
 * Go's own compiler, assembler and linker, optimized and run as WebAssembly by `go build -toolexec`, write the same program as the
 * native ones, byte for byte.
 *
 *     node tests/toolchain/run.mjs [options]
 *
 * Exit code 0 when all is the same, 1 when something differs, 2 for wrong usage.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { root } from "../../scripts/paths.mjs";
import { CommandError, run } from "../../scripts/process.mjs";
import { WASI_ENGINES } from "../engines/wasi.mjs";
import { command, UsageError } from "../harness/command.mjs";
import {
  chosenOptimizer,
  OPTIMIZER_OPTIONS,
  OPTIMIZER_USAGE,
  optimize,
  optimizerMissing,
} from "../harness/optimize.mjs";
import { namedToolchains, WASIP1_RELEASES } from "../harness/toolchain.mjs";

const USAGE = `usage: node tests/toolchain/run.mjs [options]

  --go 1.26.8,1.21.13    Go releases, default the machine's own; all: ${WASIP1_RELEASES.join(" ")}
  ${OPTIMIZER_USAGE}

examples:
  node tests/toolchain/run.mjs
  node tests/toolchain/run.mjs --optimizer-arg=--for=speed`;

const TOOLS = ["compile", "asm", "link"];
const TOOL = fileURLToPath(new URL("tool.mjs", import.meta.url));
/** A program with generics, closures and much of the standard library. */
const PROGRAM = "./encoding";

await command(main, USAGE);

async function main() {
  const { values } = parseArgs({
    options: { go: { type: "string" }, ...OPTIMIZER_OPTIONS, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const chosen = chosenOptimizer(values);
  const missing = [optimizerMissing(chosen.optimizer), WASI_ENGINES.wazero.missing()].find(Boolean);
  if (missing) throw new UsageError(missing);
  let failed = 0;
  for (const toolchain of await namedToolchains(values.go)) {
    const difference = await compare(toolchain, chosen);
    console.log(`${difference ? "✗" : "✓"} go${toolchain.release}${difference ? `: ${difference}` : ""}`);
    if (difference) failed += 1;
  }
  return failed > 0 ? 1 : 0;
}

/** What differs between the programs that the native tools and the optimized ones write, or an empty string. */
async function compare(
  /** @type {import("../harness/toolchain.mjs").Toolchain} */ toolchain,
  /** @type {{ optimizer: string, optimizerArgs: string[] }} */ chosen,
) {
  const folder = mkdtempSync(join(tmpdir(), "gowasp-toolchain-"));
  const env = { ...process.env, ...toolchain.env, CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off" };
  /** `go build` that finds nothing built, with its results in `name` and `name.cache`. */
  const build = (/** @type {string} */ name, /** @type {string[]} */ ...flags) =>
    run("go", ["build", "-trimpath", ...flags, "-o", join(folder, name), PROGRAM], {
      cwd: join(root, "tests/programs"),
      env: { ...env, GOCACHE: join(folder, `${name}.cache`) },
      output: "capture",
    });
  try {
    for (const tool of TOOLS) {
      const original = join(folder, `${tool}.go.wasm`);
      const wasi = { ...env, GOOS: "wasip1", GOARCH: "wasm" };
      await run("go", ["build", "-trimpath", "-o", original, `cmd/${tool}`], { env: wasi, output: "capture" });
      const { error } = await optimize(chosen, original, join(folder, `${tool}.wasm`));
      if (error) return error;
    }
    await build("native");
    await build("wasm", "-toolexec", `${process.execPath} ${TOOL} ${folder}`);
    const calls = readFileSync(join(folder, "calls"), "utf8").trim().split("\n");
    const idle = TOOLS.find((tool) => !calls.includes(tool));
    if (idle) return `${idle} was not called`;
    const same = readFileSync(join(folder, "native")).equals(readFileSync(join(folder, "wasm")));
    return same ? "" : `after ${calls.length} calls of tools, the programs differ`;
  } catch (error) {
    if (error instanceof CommandError) return error.message;
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
