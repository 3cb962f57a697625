/**
 * The size ledger, `tests/sizes.snap`: what the optimizer makes of programs whose bytes are pinned. A change of the optimizer
 * shows there what it does to size.
 *
 *     node tests/bench/ledger.mjs --check | --update [--all-releases]
 *
 * The second part of the ledger has the test programs on every Go release and system. Only `--all-releases` looks at it; it
 * says which programs do not get smaller than they must (`MOST_OF_ORIGINAL`).
 *
 * Exit code 0 when the ledger is right, 1 when it is not, 2 for wrong usage. The sizes of the first part come from gowasp's own
 * encoders, so they depend on `Cargo.lock` and not on the machine; those of the second from Node's, for both modules.
 */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { root } from "../../scripts/paths.mjs";
import { run } from "../../scripts/process.mjs";
import { cachedValue } from "../harness/cache.mjs";
import { command, UsageError } from "../harness/command.mjs";
import { findOptimizer, GOWASP, inspected } from "./measure/gowasp.mjs";
import { PROGRAMS } from "./measure/programs.mjs";
import { releaseSizes } from "./measure/release_sizes.mjs";
import { ratio } from "./measure/table.mjs";

const LEDGER = join(root, "tests", "sizes.snap");

/** Takes seconds where 11 takes a minute, and changes with the module in the same way. */
const BROTLI_QUALITY = "9";

/** What a test program may be at most of its original, after brotli 11. */
const MOST_OF_ORIGINAL = 0.75;

/** The first line of the second part. */
const RELEASES =
  "# Test programs on every release: bytes after brotli 11, of original. Written by: npm run bench:sizes -- --update --all-releases";

/**
 * @returns {Promise<string>} the first part as it has to be
 */
async function pinnedPart(optimizer) {
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

/**
 * @returns {Promise<string>} the second part as it has to be
 */
async function releasePart(optimizer) {
  const sizes = await releaseSizes(optimizer, console.error);
  const above = sizes.filter(({ original, gowasp }) => gowasp / original > MOST_OF_ORIGINAL);
  for (const { id, original, gowasp } of above) console.log(`${id}: ${ratio(gowasp, original)} of its original`);
  console.log(
    `${sizes.length - above.length} of ${sizes.length} test programs are at most ${MOST_OF_ORIGINAL} of theirs`,
  );
  const rows = sizes.map(({ id, original, gowasp }) => {
    const numbers = [original, gowasp, ratio(gowasp, original)];
    return `${id.padEnd(40)}${numbers.map((number) => String(number).padStart(10)).join("")}`;
  });
  return `${[RELEASES, ...rows].join("\n")}\n`;
}

/** A packed module's sizes. */
function packedSizes(optimizer, wasm) {
  return cachedValue("bench/packed", [optimizer.hash, BROTLI_QUALITY, readFileSync(wasm)], async () => {
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
  const { values } = parseArgs({
    options: { check: { type: "boolean" }, update: { type: "boolean" }, "all-releases": { type: "boolean" } },
  });
  if (values.check === values.update) {
    throw new UsageError("usage: npm run bench:sizes -- --check | --update [--all-releases]");
  }
  const optimizer = await findOptimizer();
  const before = readLedger();
  const kept = before.includes(RELEASES) ? before.slice(before.indexOf(RELEASES)) : "";
  const releases = values["all-releases"] ? await releasePart(optimizer) : kept;
  const after = [await pinnedPart(optimizer), releases].filter(Boolean).join("\n");
  const changed = differences(before, after);
  if (changed.length) console.log(changed.join("\n"));
  if (values.update) writeFileSync(LEDGER, after);
  else if (changed.length) console.error("tests/sizes.snap is not right: npm run bench:sizes -- --update");
  if (changed.length && values.check) process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await command(main);
