/**
 * Runs the Go test programs before and after the optimizer and prints where they differ.
 *
 *     node tests/programs/run.mjs [NAME...] [options]
 *
 * Exit code 0 when all is the same, 1 when something differs or does not build, 2 for wrong usage.
 */
import { parseArgs } from "node:util";
import { withBinaryen } from "../harness/binaryen.mjs";
import { command, known, wholeNumber } from "../harness/command.mjs";
import { chosenOptimizer, OPTIMIZER_OPTIONS, OPTIMIZER_USAGE } from "../harness/optimize.mjs";
import { pool } from "../harness/pool.mjs";
import { buildAll } from "../harness/programs/build.mjs";
import { casesOf, readPrograms } from "../harness/programs/catalog.mjs";
import { check, failedBuild, missingParts } from "../harness/programs/check.mjs";
import { HOST_NAMES, hostsFor, SYSTEMS } from "../harness/programs/hosts.mjs";
import { withManyFunctions } from "../harness/programs/many.mjs";
import { closingLines, reportText } from "../harness/programs/report.mjs";
import { WAY_NAMES, waysOf } from "../harness/programs/ways.mjs";
import { ALL_RELEASES, findToolchain } from "../harness/toolchain.mjs";

const USAGE = `usage: node tests/programs/run.mjs [NAME...] [options]

  NAME                   programs to run, all when none is named
  --go 1.26.8,1.21.13    Go releases, default the machine's own
  --all-releases         ${ALL_RELEASES.join(" ")}
  --goos ${SYSTEMS.join(",")}       systems
  --ways NAME,...        built in these ways, or in \`all\` that a release has: ${WAY_NAMES.slice(0, 3).join(", ")}, ...
  --host ${HOST_NAMES.join(",")}
  --many                 with so many functions that PC_F needs more than 16 bits; Go 1.25 and later
  --wasm-opt=OPTION      the programs are what wasm-opt makes of them: -O1, --vacuum, ...
  ${OPTIMIZER_USAGE}
  --jobs N               programs run side by side, default 2
  --list                 print the cases and stop
  -v                     print the cases that pass, too`;

const OPTIONS = {
  go: { type: "string" },
  "all-releases": { type: "boolean", default: false },
  goos: { type: "string", default: "js,wasip1" },
  ways: { type: "string" },
  host: { type: "string", default: HOST_NAMES.join(",") },
  many: { type: "boolean", default: false },
  "wasm-opt": { type: "string" },
  ...OPTIMIZER_OPTIONS,
  jobs: { type: "string", default: "2" },
  list: { type: "boolean", default: false },
  verbose: { type: "boolean", short: "v", default: false },
  help: { type: "boolean", short: "h", default: false },
};

await command(main, USAGE);

async function main() {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: OPTIONS });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const named = chosen(readPrograms(), positionals);
  const programs = values.many ? named.map(withManyFunctions) : named;
  const releases = values["all-releases"] ? ALL_RELEASES : (values.go?.split(",") ?? [undefined]);
  const hosts = known("host", values.host.split(","), HOST_NAMES);
  const goos = known("system", values.goos.split(","), SYSTEMS).filter((name) =>
    hostsFor(name).some((host) => hosts.includes(host)),
  );
  const ways = values.ways === "all" ? WAY_NAMES : values.ways && known("way", values.ways.split(","), WAY_NAMES);
  const { cases, skipped } = await casesOfReleases(programs, releases, { goos, ways });
  if (values.list) {
    for (const one of cases) console.log(one.id);
    return 0;
  }
  const options = {
    ...chosenOptimizer(values),
    hosts,
    wasmOpt: values["wasm-opt"],
  };
  skipped.push(...missingParts(options));
  const jobs = wholeNumber("jobs", values.jobs);
  return await runCases(cases, skipped, { ...options, jobs, verbose: values.verbose });
}

function chosen(programs, names) {
  const all = programs.map(({ name }) => name);
  known("program", names, all);
  return names.length ? programs.filter(({ name }) => names.includes(name)) : programs;
}

async function casesOfReleases(programs, releases, { goos, ways }) {
  const cases = [];
  const skipped = [];
  for (const release of releases) {
    const { toolchain, missing } = await findToolchain(release);
    if (!toolchain) skipped.push(missing);
    else
      cases.push(
        ...casesOf(programs, toolchain, {
          goos,
          ways: ways && waysOf(toolchain).filter(({ name }) => ways.includes(name)),
        }),
      );
  }
  return { cases, skipped };
}

/** A program as wasm-opt leaves it, if that is what shall be optimized. */
async function rewritten(wasm, { wasmOpt }) {
  return wasmOpt ? await withBinaryen(wasmOpt, wasm) : wasm;
}

async function runCases(cases, skipped, options) {
  const built = await buildAll(cases);
  const reports = await pool(cases, options.jobs, async (one) => {
    const { wasm, error } = built.get(one.id);
    const start = performance.now();
    const report = error ? failedBuild(one, error) : await check(one, await rewritten(wasm, options), options);
    const seconds = (performance.now() - start) / 1000;
    if (options.verbose || report.failures.length) console.log(reportText(report, seconds));
    return report;
  });
  console.log(closingLines(reports, skipped));
  const incomplete = skipped.length > 0 && process.env.CI === "true";
  return incomplete || reports.some((report) => report.failures.length) ? 1 : 0;
}
