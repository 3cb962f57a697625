/**
 * The ledger of outputs, `tests/outputs.snap`: the SHA-256 of what the optimizer writes for each program, so that a change
 * of the optimizer shows which outputs it changes. `tests/outputs/run.mjs` writes it; the tests that optimize these
 * programs anyway compare with it.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../../scripts/paths.mjs";

const LEDGER = join(root, "tests", "outputs.snap");

const HEAD =
  "# SHA-256, first 16 digits, of input and output; program, options. Written by: npm run test:outputs -- --update [--all]";

/** Enough to see that something has changed; nobody forges these files. */
const DIGITS = 16;

/**
 * @typedef {object} Entry what an input, by its hash, was made into
 * @property {string} input
 * @property {string} output
 *
 * @typedef {Map<string, Entry>} Outputs by program and options, such as `hello js go1.26.8 --for raw`
 */

/**
 * @param {string} path of a file
 * @returns {string} its hash as the ledger has it
 */
export function hashOfFile(path) {
  return createHash("sha256").update(readFileSync(path)).digest("hex").slice(0, DIGITS);
}

/** @returns {Outputs} */
export function readOutputs() {
  const lines = existsSync(LEDGER) ? readFileSync(LEDGER, "utf8").split("\n") : [];
  return new Map(
    lines
      .filter((line) => line && !line.startsWith("#"))
      .map((line) => {
        const [input, output, ...id] = line.split(" ");
        return [id.join(" "), { input, output }];
      }),
  );
}

/** @param {Outputs} outputs */
export function writeOutputs(outputs) {
  const lines = [...outputs].map(([id, { input, output }]) => `${input} ${output} ${id}`);
  writeFileSync(LEDGER, `${[HEAD, ...lines].join("\n")}\n`);
}

/**
 * @param {Outputs} recorded
 * @param {Outputs} found what some of these programs were made into now
 * @returns {string[]} what the ledger does not have, or has otherwise
 */
export function changes(recorded, found) {
  return [...found].flatMap(([id, { input, output }]) => {
    const before = recorded.get(id);
    if (!before) return `${id}: not in the ledger`;
    if (before.input !== input) return `${id}: another input, ${input} instead of ${before.input}`;
    return before.output === output ? [] : `${id}: another output, ${output} instead of ${before.output}`;
  });
}
