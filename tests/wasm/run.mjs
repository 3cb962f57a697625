/**
 * Compares the WebAssembly program with the native one on all test programs of all Go releases. `--help` has the details.
 */
import { parseArgs } from "node:util";
import { command } from "../harness/command.mjs";
import { pool } from "../harness/pool.mjs";
import { buildAll } from "../harness/programs/build.mjs";
import { plannedCases } from "../harness/programs/plan.mjs";
import { AT_A_TIME, difference } from "./same.mjs";

const USAGE = `usage: npm run test:wasm [-- --all-releases]

Optimizes every test program by the native program and by the WebAssembly program, and compares the modules.

  --all-releases   all programs on every Go release; otherwise those that npm test runs

Exit code 0 when all are the same, 1 when not, 2 for wrong usage.`;

await command(main, USAGE);

async function main() {
  const { values } = parseArgs({
    options: {
      "all-releases": { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const { cases, missing } = await plannedCases(values["all-releases"] ? "all" : undefined);
  if (missing.length > 0) throw new Error(missing.join("\n"));
  const built = await buildAll(cases);
  const differences = await pool(cases, AT_A_TIME, async ({ id }) => {
    const { wasm, error } = built.get(id);
    const differs = error ?? (await difference(id, wasm, []));
    if (differs) console.log(`${id}: ${differs}`);
    return differs;
  });
  const same = differences.filter((differs) => !differs).length;
  console.log(`${same} of ${cases.length} modules are the same`);
  return same === cases.length ? 0 : 1;
}
