/**
 * Builds random Go programs and compares what they do before and after the optimizer.
 *
 *     node tests/fuzz/run.mjs --seeds 1..20 --go 1.21.13,1.27.4 --goos js,wasip1 --variant default,gc
 *
 * Exit code 0 when all do the same, 1 when one differs, 2 for wrong usage.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { cacheDir } from "../../scripts/paths.mjs";
import { command, known, UsageError, wholeNumber } from "../harness/command.mjs";
import { chosenOptimizer, OPTIMIZER_OPTIONS, OPTIMIZER_USAGE, optimizerMissing } from "../harness/optimize.mjs";
import { pool } from "../harness/pool.mjs";
import { SYSTEMS } from "../harness/programs/hosts.mjs";
import { resumedText } from "../harness/programs/resumed.mjs";
import { findToolchain } from "../harness/toolchain.mjs";
import { KINDS, runTrial, trialName, VARIANTS } from "./trial.mjs";

const USAGE = `usage: node tests/fuzz/run.mjs [options]

  --kind ${Object.keys(KINDS).join(",")}     what programs, default mixed
  --seeds 1..20          which programs, default 1..10
  --go 1.26.8,1.21.13    Go releases, default the machine's own
  --goos js,wasip1       systems, default js
  --variant ${Object.keys(VARIANTS).join(",")}
                         ways to build and run, default default
  --mix                  of the kinds, releases, systems and variants one per seed, in turn, instead of all
  ${OPTIMIZER_USAGE}
  --keep DIR             for programs that differ, default ${join(cacheDir, "fuzz", "kept")}
  --jobs N               programs run side by side, default 2`;

const OPTIONS = {
  kind: { type: "string", default: "mixed" },
  seeds: { type: "string", default: "1..10" },
  go: { type: "string" },
  goos: { type: "string", default: "js" },
  variant: { type: "string", default: "default" },
  mix: { type: "boolean", default: false },
  ...OPTIMIZER_OPTIONS,
  keep: { type: "string", default: join(cacheDir, "fuzz", "kept") },
  jobs: { type: "string", default: "2" },
  help: { type: "boolean", short: "h", default: false },
};

const MARKS = { same: "ok  ", nothing: "-   ", differs: "FAIL" };

await command(main, USAGE);

async function main() {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const chosen = chosenOptimizer(values);
  const missing = optimizerMissing(chosen.optimizer);
  if (missing) throw new UsageError(missing);
  const jobs = wholeNumber("jobs", values.jobs);
  const trials = await trialsOf(values);
  const options = { ...chosen, keep: values.keep };
  const shares = [];
  const count = { same: 0, nothing: 0, differs: 0 };
  await pool(trials, jobs, async (trial) => {
    const { verdict, why, resumed } = await runTrial(trial, options);
    count[verdict]++;
    shares.push(resumed);
    console.log(`${MARKS[verdict]} ${trialName(trial)}${why && `\n  ${why.replaceAll("\n", "\n  ")}`}`);
  });
  const resumed = resumedText(shares);
  if (resumed) console.log(resumed);
  console.log(`${count.same} the same, ${count.differs} failed, ${count.nothing} that say nothing`);
  return count.differs ? 1 : 0;
}

async function trialsOf(values) {
  const seeds = range(values.seeds);
  const kinds = known("kind", values.kind.split(","), Object.keys(KINDS));
  const goos = known("system", values.goos.split(","), SYSTEMS);
  const variants = known("variant", values.variant.split(","), Object.keys(VARIANTS));
  const combinations = [];
  for (const release of values.go?.split(",") ?? [undefined]) {
    const { toolchain, missing } = await findToolchain(release);
    if (!toolchain) throw new UsageError(missing);
    // wasip1 came with Go 1.21.
    for (const system of goos.filter((name) => name !== "wasip1" || toolchain.minor >= 21)) {
      for (const variant of variants) {
        const { kinds: its = kinds } = VARIANTS[variant];
        const both = kinds.filter((kind) => its.includes(kind));
        combinations.push(...both.map((kind) => ({ kind, toolchain, goos: system, variant })));
      }
    }
  }
  return seeds.flatMap((seed, i) => {
    const chosen = values.mix ? [combinations[i % combinations.length]] : combinations;
    return chosen.map((combination) => ({ seed, ...combination }));
  });
}

/** `3..5` and `4`. */
function range(text) {
  const [, from, to = from] = /^(\d+)(?:\.\.(\d+))?$/.exec(text) ?? [];
  const [first, last] = [Number(from), Number(to)];
  if (!(first >= 1 && last >= first)) throw new UsageError(`--seeds is like 1..20, not "${text}"`);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
