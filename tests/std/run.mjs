/**
 * Runs the tests of Go's standard library before and after the optimizer and prints where they differ.
 *
 *     node tests/std/run.mjs PACKAGE... [options]
 *
 * Exit code 0 when all is the same, 1 when something differs or does not build, 2 for wrong usage.
 */
import { parseArgs } from "node:util";
import { command, known, UsageError, wholeNumber } from "../harness/command.mjs";
import { chosenOptimizer, OPTIMIZER_OPTIONS, OPTIMIZER_USAGE, optimizerMissing } from "../harness/optimize.mjs";
import { pool } from "../harness/pool.mjs";
import { SYSTEMS } from "../harness/programs/hosts.mjs";
import { namedToolchains, WASIP1_RELEASES } from "../harness/toolchain.mjs";
import { check } from "./check.mjs";
import { casesOf, ciCases } from "./packages.mjs";
import { closingLines, failed, headLine, reportText } from "./report.mjs";
import { VARIANTS } from "./variants.mjs";

const USAGE = `usage: node tests/std/run.mjs PACKAGE... [options]

  PACKAGE                standard packages whose tests to run
  --all                  every package of the standard library, or every one that the variant is meant for
  --ci                   what CI runs, without the tests that are slow there
  --go 1.26.8,1.21.13    Go releases, default the machine's own; all: ${WASIP1_RELEASES.join(" ")}
  --goos ${SYSTEMS.join(",")}       systems
  --variant ${Object.keys(VARIANTS).join(",")}
                         default plain; maymorestack moves the stack in every call, gc1 collects all the time,
                         checkmark marks twice and overwrites what it frees
  --long                 without -test.short
  --timeout SECONDS      for the tests of one package, default 300
  ${OPTIMIZER_USAGE}
  --jobs N               packages side by side, default 2
  --list                 print the cases and stop

examples:
  node tests/std/run.mjs strings
  node tests/std/run.mjs runtime reflect --goos wasip1 --variant plain,gc1
  node tests/std/run.mjs sort --optimizer-arg=--stop-after --optimizer-arg=lift-functions
  node tests/std/run.mjs --all --go 1.21.13,1.27.4`;

const OPTIONS = {
  all: { type: "boolean", default: false },
  ci: { type: "boolean", default: false },
  go: { type: "string" },
  goos: { type: "string", default: SYSTEMS.join(",") },
  variant: { type: "string", default: "plain" },
  long: { type: "boolean", default: false },
  timeout: { type: "string", default: "300" },
  ...OPTIMIZER_OPTIONS,
  jobs: { type: "string", default: "2" },
  list: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
};

await command(main, USAGE);

async function main() {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: OPTIONS });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const cases = await chosenCases(values, positionals);
  if (values.list) {
    for (const one of cases) console.log(`${one.package} ${one.goos} go${one.toolchain.release} ${one.variant}`);
    return 0;
  }
  const chosen = chosenOptimizer(values);
  const missing = optimizerMissing(chosen.optimizer);
  if (missing) throw new UsageError(missing);
  return await runCases(cases, wholeNumber("jobs", values.jobs), {
    ...chosen,
    short: !values.long,
    timeoutSeconds: wholeNumber("timeout", values.timeout),
    ci: values.ci,
  });
}

async function chosenCases(values, packages) {
  if (Number(values.all) + Number(values.ci) + Number(packages.length > 0) !== 1) {
    throw new UsageError("name packages, or one of --all and --ci");
  }
  const goos = known("system", values.goos.split(","), SYSTEMS);
  const variants = known("variant", values.variant.split(","), Object.keys(VARIANTS));
  const cases = [];
  for (const toolchain of await namedToolchains(values.go)) {
    if (values.ci) cases.push(...ciCases(toolchain).filter((one) => goos.includes(one.goos)));
    else cases.push(...(await casesOf(toolchain, { packages, goos, variants })));
  }
  const unknown = packages.find((name) => !cases.some((one) => one.package === name));
  if (unknown) throw new UsageError(`no standard package with tests is called "${unknown}" there`);
  return cases;
}

async function runCases(cases, jobs, options) {
  console.log(headLine());
  const reports = await pool(cases, jobs, async (one) => {
    const report = await check(one, options);
    console.log(reportText(report));
    return report;
  });
  console.log(closingLines(reports));
  return reports.some(failed) ? 1 : 0;
}
