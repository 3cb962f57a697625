/**
 * What the optimizer does to the size of real Go programs, beside what Binaryen does.
 *
 *     node tests/bench/size.mjs [NAME...] [--binaryen] [--large]
 *
 * `--binaryen` runs wasm-opt, which takes minutes the first time; later runs show what it made without being asked.
 * `--large` adds the Go compiler. When no program is named, the shapes of the test programs that are hard on engines are added.
 */
import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { BINARYEN_LEVELS, binaryenVersion, hasBinaryen, withBinaryen } from "../harness/binaryen.mjs";
import { command } from "../harness/command.mjs";
import { compressedSizes } from "./measure/compressed.mjs";
import { findOptimizer, inspected, optimized } from "./measure/gowasp.mjs";
import { findProgram, PROGRAMS } from "./measure/programs.mjs";
import { geometricMean } from "./measure/statistics.mjs";
import { count, ratio, table } from "./measure/table.mjs";
import { testPrograms } from "./measure/test_programs.mjs";

/**
 * @typedef {object} Sizes of a module, in bytes
 * @property {number} raw
 * @property {number} code its code section
 * @property {number} gzip at level 9
 * @property {number} brotli at quality 11
 *
 * @typedef {object} SizeRow
 * @property {string} name of the program
 * @property {string} what for people: where it comes from
 * @property {string | null} release of Go
 * @property {Sizes} original
 * @property {Sizes} gowasp
 * @property {Record<string, Sizes>} binaryen by option; only those that it was run with
 *
 * @typedef {{gowasp: string, binaryen: string, rows: SizeRow[]}} SizeFigures with the versions that were measured
 */

/**
 * @param {{names?: string[], binaryen?: boolean, large?: boolean, before?: SizeFigures, say?: (line: string) => void}} [options]
 *   `before` has what was measured last: wasm-opt writes the same again for the same program
 * @returns {Promise<SizeFigures>}
 */
export async function measureSizes({ names = [], binaryen = false, large = false, before, say = () => {} } = {}) {
  const wanted = names.length ? names.map(findProgram) : PROGRAMS.filter((program) => large || !program.large);
  const optimizer = await findOptimizer();
  const rows = [];
  const shapes = names.length ? [] : await testPrograms();
  const hard = shapes.map(({ name, wasm }) => ({ name, what: "tests/harness/programs/shapes", wasm: () => wasm }));
  for (const { name, what, wasm } of [...wanted, ...hard]) {
    say(`size of ${name}`);
    const path = wasm();
    const { release } = await inspected(optimizer, path);
    const original = await sizes(optimizer, path);
    const row = { name, what, release, original, binaryen: binaryen ? {} : known(before, name, original) };
    row.gowasp = await sizes(optimizer, await optimized(optimizer, path));
    for (const level of BINARYEN_LEVELS.filter((level) => binaryen || hasBinaryen(level, path))) {
      say(`  wasm-opt ${level}`);
      row.binaryen[level] = await sizes(optimizer, await withBinaryen(level, path));
    }
    rows.push(row);
  }
  return { gowasp: optimizer.version, binaryen: binaryenVersion(), rows };
}

/** What this release of wasm-opt was seen to write for a program with these sizes. */
function known(
  /** @type {SizeFigures | undefined} */ before,
  /** @type {string} */ name,
  /** @type {Sizes} */ { raw, brotli },
) {
  const row = before?.binaryen === binaryenVersion() && before.rows.find((row) => row.name === name);
  return row && row.original.raw === raw && row.original.brotli === brotli ? { ...row.binaryen } : {};
}

/** @returns {Promise<Sizes>} */
async function sizes(optimizer, path) {
  const { code } = await inspected(optimizer, path);
  return { raw: statSync(path).size, code, ...(await compressedSizes(path)) };
}

/**
 * @param {SizeFigures} figures
 * @returns {string} Markdown
 */
export function sizeTables({ binaryen, rows }) {
  const head = ["program", "", "raw", "code", "gzip 9", "brotli 11", "of original"];
  const lines = rows.flatMap((row) => [
    cells(`**${row.name}**, ${row.release ?? "Go release not known"}`, "original", row.original, row.original),
    ...Object.entries(row.binaryen).map(([level, sizes]) => cells("", `wasm-opt ${level}`, sizes, row.original)),
    cells("", "**gowasp**", row.gowasp, row.original),
  ]);
  const mean = geometricMean(rows.map((row) => row.gowasp.brotli / row.original.brotli));
  const notes = [`Brotli, gowasp's geometric mean: ${mean.toFixed(3)}.`];
  if (rows.some((row) => Object.keys(row.binaryen).length)) notes.push(`wasm-opt is Binaryen ${binaryen}.`);
  return `${table(head, lines, 2)}\n\n${notes.join(" ")}`;
}

function cells(program, by, { raw, code, gzip, brotli }, original) {
  return [program, by, ...[raw, code, gzip, brotli].map(count), ratio(brotli, original.brotli)];
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { binaryen: { type: "boolean" }, large: { type: "boolean" } },
  });
  const figures = await measureSizes({ names: positionals, ...values, say: console.error });
  console.log(sizeTables(figures));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await command(main);
