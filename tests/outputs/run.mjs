/**
 * Compares what the optimizer writes with the ledger of outputs, or updates the ledger. `--help` has the details.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gowaspBinary } from "../../scripts/paths.mjs";
import { command, UsageError } from "../harness/command.mjs";
import { INPUTS, inputPath } from "../harness/inputs.mjs";
import { optimize, optimizerMissing } from "../harness/optimize.mjs";
import { changes, readOutputs, writeOutputs } from "../harness/outputs/ledger.mjs";
import { pool } from "../harness/pool.mjs";
import { buildAll } from "../harness/programs/build.mjs";
import { plannedCases } from "../harness/programs/plan.mjs";

const USAGE = `usage: npm run test:outputs -- --check | --update [--all]

  --check    say which outputs are not those of tests/outputs.snap
  --update   write them there
  --all      every Go release, and each pass skipped (30 min of CPU); otherwise what npm test
             optimizes anyway, and two programs with each option of gowasp optimize

Exit code 0 when the ledger is right or was updated, 1 when it is not right, 2 for wrong usage.`;

/** Programs that are optimized with each option: a command, and a reactor, whose default is not a command's. */
const WITH_OPTIONS = ["templates", "reactor"];

/** Options that they are optimized with; `--skip` comes with each pass. */
const OPTIONS = [
  ["--for", "download"],
  ["--for", "raw"],
  ["--for", "speed"],
  ["--for", "server"],
  ["-O0"],
  ["--keep-names"],
  ["--keep-memory"],
  ["--strip", "names,lines,inlines,args"],
];

/** As many as there are cores: most of the optimizer's time is in one thread. */
const AT_A_TIME = 2;

await command(main, USAGE);

async function main() {
  const { values } = parseArgs({
    options: {
      check: { type: "boolean", default: false },
      update: { type: "boolean", default: false },
      all: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  if (values.check === values.update) throw new UsageError("either --check or --update");
  const missing = optimizerMissing(gowaspBinary);
  if (missing) throw new Error(missing);

  const recorded = readOutputs();
  const found = await outputsOf(await modules(values.all), [[], ...OPTIONS, ...(values.all ? await skips() : [])]);
  const changed = changes(recorded, found);
  for (const line of changed) console.log(line);
  console.log(`${found.size - changed.length} of ${found.size} outputs are those of tests/outputs.snap`);
  if (values.update) writeOutputs(values.all ? found : new Map([...recorded, ...found]));
  return values.check && changed.length ? 1 : 0;
}

/** @returns {Promise<{id: string, wasm: string, withOptions: boolean}[]>} programs from npm, then test programs */
async function modules(all) {
  const fromNpm = Object.keys(INPUTS).map((name) => ({ id: name, wasm: inputPath(name), withOptions: all }));
  const { cases, missing } = await plannedCases(all ? "all" : undefined);
  if (missing.length) throw new Error(missing.join("\n"));
  const built = await buildAll(cases);
  const own = cases.map(({ id, program }) => {
    const { wasm, error } = built.get(id);
    if (error) throw new Error(`${id} does not build:\n${error}`);
    return { id, wasm, withOptions: WITH_OPTIONS.includes(program.name) };
  });
  return [...fromNpm, ...own];
}

/** @returns {Promise<string[][]>} each pass skipped */
async function skips() {
  const passes = await inFolder(async (folder) => {
    const report = join(folder, "report.json");
    const options = { optimizer: gowaspBinary, optimizerArgs: ["--report", report] };
    const { error } = await optimize(options, inputPath("astro"), join(folder, "out.wasm"));
    if (error) throw new Error(error);
    return JSON.parse(readFileSync(report, "utf8")).passes;
  });
  return passes.map(({ name }) => ["--skip", name]);
}

/** @returns {Promise<import("../harness/outputs/ledger.mjs").Outputs>} in the order of the modules, then of the options */
async function outputsOf(inputs, options) {
  const trials = inputs.flatMap(({ id, wasm, withOptions }) =>
    (withOptions ? options : [[]]).map((optimizerArgs) => ({
      id: [id, ...optimizerArgs].join(" "),
      wasm,
      optimizerArgs,
    })),
  );
  const failures = [];
  const outputs = await pool(trials, AT_A_TIME, async ({ id, wasm, optimizerArgs }) => {
    const options = { optimizer: gowaspBinary, optimizerArgs };
    const { error, hashes } = await inFolder((folder) => optimize(options, wasm, join(folder, "out.wasm")));
    if (error) failures.push(`${id}: ${error}`);
    return [id, hashes];
  });
  if (failures.length) throw new Error(failures.join("\n"));
  return new Map(outputs);
}

/** Does work that needs a folder of its own for a while. */
async function inFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), "gowasp-outputs-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
