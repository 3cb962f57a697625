/**
 * The size ledger, `tests/sizes.snap`: what the optimizer makes of programs whose bytes are pinned. A change of the optimizer
 * shows there what it does to size.
 *
 *     node tests/bench/ledger.mjs --check | --update
 *
 * Exit code 0 when the ledger is right, 1 when it is not, 2 for wrong usage. All sizes come from gowasp's own encoders, so
 * they depend on `Cargo.lock` and not on the machine.
 */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { root } from "../../scripts/paths.mjs";
import { run } from "../../scripts/process.mjs";
import { command, UsageError } from "./command.mjs";
import { cachedValue } from "./measure/cache.mjs";
import { findOptimizer, GOWASP, inspected } from "./measure/gowasp.mjs";
import { PROGRAMS } from "./measure/programs.mjs";

const LEDGER = join(root, "tests", "sizes.snap");

/** Takes seconds where 11 takes a minute, and changes with the module in the same way. */
const BROTLI_QUALITY = "9";

/**
 * @returns {Promise<string>} the ledger as it has to be
 */
async function ledger() {
  const optimizer = await findOptimizer();
  const pinned = PROGRAMS.filter((program) => program.pinned);
  const lines = [
    `# ${optimizer.version}: bytes before and after. Written by: npm run bench:sizes -- --update`,
    row(["program", "module", "raw", "code", "gzip", `brotli ${BROTLI_QUALITY}`]),
  ];
  for (const { name, wasm } of pinned) {
    const path = wasm();
    const { raw, code } = await inspected(optimizer, path);
    const sizes = await packedSizes(optimizer, path);
    lines.push(row([name, "original", raw, code, "-", "-"]));
    lines.push(row([name, "optimized", sizes.raw, sizes.code, sizes.gzip, sizes.br]));
  }
  return `${lines.join("\n")}\n`;
}

/** A packed module's sizes. */
function packedSizes(optimizer, wasm) {
  return cachedValue("packed", [optimizer.hash, BROTLI_QUALITY, readFileSync(wasm)], async () => {
    const folder = mkdtempSync(join(tmpdir(), "gowasp-bench-"));
    try {
      const options = ["--name", "app", "--encodings", "br,gzip", "--brotli", BROTLI_QUALITY];
      await run(GOWASP, ["pack", "--quiet", wasm, "-o", folder, ...options], { output: "capture" });
      const { module } = JSON.parse(readFileSync(join(folder, "app.json"), "utf8"));
      const path = join(folder, module.url);
      const { code } = await inspected(optimizer, path);
      const { br, gzip } = module.encodings;
      return { raw: statSync(path).size, code, gzip: gzip.size, br: br.size };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

function row([program, module, ...numbers]) {
  const cells = numbers.map((number) => String(number).padStart(10));
  return `${program.padEnd(10)}${module.padEnd(10)}${cells.join("")}`;
}

/** @returns {string[]} lines that are not in both, with `-` before the old ones and `+` before the new ones */
function differences(before, after) {
  const [old, now] = [before.split("\n"), after.split("\n")];
  const gone = old.filter((line) => !now.includes(line)).map((line) => `- ${line}`);
  return [...gone, ...now.filter((line) => !old.includes(line)).map((line) => `+ ${line}`)];
}

function readLedger() {
  try {
    return readFileSync(LEDGER, "utf8");
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    return "";
  }
}

async function main() {
  const { values } = parseArgs({ options: { check: { type: "boolean" }, update: { type: "boolean" } } });
  if (values.check === values.update) {
    throw new UsageError("usage: npm run bench:sizes -- --check | --update");
  }
  const [before, after] = [readLedger(), await ledger()];
  const changed = differences(before, after);
  if (changed.length) console.log(changed.join("\n"));
  if (values.update) writeFileSync(LEDGER, after);
  else if (changed.length) console.error("tests/sizes.snap is not right: npm run bench:sizes -- --update");
  if (changed.length && values.check) process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await command(main);
