/**
 * Debug information in the hands of those who read it.
 *
 *     node tests/debug/run.mjs [STAGE...] [--example FILE] [--optimizer FILE] [--go RELEASES] [--quick]
 *
 * RELEASES are such as 1.21.13,1.27.4, or all; the machine's own by default.
 *
 * callers: every call and fault of test programs, gofmt and esbuild against `runtime.CallersFrames`.
 * chromium: breakpoints on `.go` lines are hit as often as the lines run, by the source map that an independent library reads;
 * stacks have the lines of `runtime.Caller` by it.
 * llvm: llvm-dwarfdump finds no fault, llvm-symbolizer and wasm-tools say what the library says. wasmtime: its traces have the
 * lines of Go's own tracebacks, by DWARF and by `gowasp symbolicate`. wazero: the same by DWARF. node: the same of V8's stacks, by
 * `gowasp symbolicate` and by the npm package. profiles: those of Node and Chromium have Go's functions, by names.
 * firefox: a profile that it takes, translated, has Go's functions for the code of profiler.firefox.com.
 * sentry: its libraries find the debug file by its id, and the same lines in it.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gowaspBinary, root } from "../../scripts/paths.mjs";
import { command, known } from "../harness/command.mjs";
import { namedToolchains } from "../harness/toolchain.mjs";
import { callers, chromium, firefox, llvm, node, profiles, sentry, wasmtime, wazero } from "./stages.mjs";

const STAGES = { callers, chromium, firefox, llvm, node, profiles, sentry, wasmtime, wazero };

await command(
  main,
  "usage: node tests/debug/run.mjs [callers] [chromium] [firefox] [llvm] [node] [profiles] [sentry] [wasmtime] [wazero] [--example FILE] [--optimizer FILE] [--go RELEASES] [--quick]",
);

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      example: { type: "string" },
      optimizer: { type: "string" },
      go: { type: "string" },
      quick: { type: "boolean" },
    },
  });
  const all = Object.keys(STAGES);
  const stages = known("stage", positionals.length ? positionals : all, all);
  const toolchains = values.go === undefined ? [undefined] : await namedToolchains(values.go);
  for (const toolchain of toolchains) {
    const tools = {
      example: values.example ?? join(root, "target/debug/examples/frames"),
      gowasp: values.optimizer ?? gowaspBinary,
      release: toolchain?.release ?? "local",
      quick: values.quick ?? false,
    };
    if (toolchain) console.log(`Go ${toolchain.release}`);
    for (const stage of stages) {
      const began = performance.now();
      const said = await STAGES[/** @type {keyof typeof STAGES} */ (stage)](tools);
      console.log(`${stage}: ${said} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
    }
  }
  return 0;
}
