/**
 * One generated program: built, optimized, run before and after, compared; and where they differ, which pass it was.
 */
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { optimize } from "../harness/optimize.mjs";
import { difference } from "../harness/programs/compare.mjs";
import { hostsFor, runUnder } from "../harness/programs/hosts.mjs";
import { readResumed } from "../harness/programs/resumed.mjs";
import { runGo } from "../harness/toolchain.mjs";
import { generateNosplit } from "./generator/nosplit.mjs";
import { generate } from "./generator/program.mjs";

/** The kinds of programs: what gives their sources for a seed, and whether one says nothing, by how it ended as Go built it. */
export const KINDS = {
  /** Everything that the language has. */
  mixed: { generate },
  /** Functions without a stack check: how near to the end of their stacks do they come? */
  nosplit: {
    generate: generateNosplit,
    saysNothing: ({ exitCode, stdout }) => exitCode !== 0 || / over the end of the stack$/m.test(stdout),
  },
};

/** Ways to build and run that strain other parts: flags of `go build`, environment of the program, kinds that it is for. */
export const VARIANTS = {
  default: {},
  /** The garbage collector runs all the time, and with it the write barrier. */
  gc: { env: { GOGC: "1" } },
  /**
   * Every call moves the stack, which takes the longer the deeper it is; but for calls inside the runtime, which `npm run test:std`
   * has. Stacks that shrink would leave no room for it.
   */
  move: {
    flags: ["all=-d=maymorestack=main.mayMove", "runtime/...=", "internal/...="].map((of) => `-gcflags=${of}`),
    env: { FUZZ_SHARE: "10", GODEBUG: "gcshrinkstackoff=1" },
    kinds: ["mixed"],
  },
  /** As Go compiles for debuggers: everything on the stack, nothing inlined. */
  plain: { flags: ["-gcflags=all=-N -l"] },
};

/**
 * @typedef {object} Trial
 * @property {keyof typeof KINDS} kind
 * @property {number} seed
 * @property {import("../harness/toolchain.mjs").Toolchain} toolchain
 * @property {string} goos
 * @property {keyof typeof VARIANTS} variant
 */

/** What a trial is called in reports. */
export function trialName({ kind, seed, toolchain, goos, variant }) {
  return [kind, `seed ${seed}`, `go${toolchain.release}`, goos, variant === "default" ? "" : variant].join(" ").trim();
}

/**
 * @typedef {object} Finding
 * @property {"same" | "nothing" | "differs"} verdict `nothing`: the program as Go built it goes over the end of a stack
 * @property {string} why how they differ, by which pass, and where the program is kept; empty when both do the same
 * @property {import("../harness/programs/resumed.mjs").Resumed} [resumed] under `--resume-stress`
 */

/**
 * Runs a trial.
 *
 * @param {Trial} trial
 * @param {{optimizer: string, optimizerArgs: string[], keep: string}} options `keep` is a directory for programs that differ
 * @returns {Promise<Finding>}
 */
export async function runTrial(trial, options) {
  const work = mkdtempSync(join(tmpdir(), "gowasp-fuzz-"));
  try {
    const original = join(work, "original.wasm");
    const failed = await build(trial, work, original);
    if (failed) return keep(trial, work, options, `does not build:\n${failed}`);
    const expected = await run(trial, original);
    if (expected.exitCode === null) return keep(trial, work, options, `as Go built it: ${expected.ended}`);
    if (KINDS[trial.kind].saysNothing?.(expected)) {
      return { verdict: "nothing", why: `as Go built it: ${expected.ended}\n${expected.stdout.trim()}` };
    }
    if (expected.stdout === "") return keep(trial, work, options, `as Go built it: no output\n${expected.stderr}`);
    const output = join(work, "optimized.wasm");
    const compare = async (optimizerArgs) => {
      const { error } = await optimize({ ...options, optimizerArgs }, original, output);
      return error || difference(expected, await run(trial, output));
    };
    const differs = await compare(options.optimizerArgs);
    const resumed = readResumed(output);
    if (!differs) return { verdict: "same", why: "", ...(resumed && { resumed }) };
    // A program whose own runs differ says nothing.
    if (difference(expected, await run(trial, original))) {
      return keep(trial, work, options, "two runs of the original differ");
    }
    return keep(trial, work, options, `${differs}\n${await guilty(await passes(original, work, options), compare)}`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function build({ kind, seed, toolchain, goos, variant }, work, output) {
  for (const [name, text] of Object.entries(KINDS[kind].generate(seed))) writeFileSync(join(work, name), text);
  writeFileSync(join(work, "go.mod"), "module fuzz\n\ngo 1.18\n");
  const flags = ["-trimpath", "-buildvcs=false", ...(VARIANTS[variant].flags ?? [])];
  return await runGo(toolchain, goos, ["build", ...flags, "-o", output, "."], work);
}

async function run({ toolchain, goos, variant }, wasm) {
  const program = { args: [], stdin: "", env: VARIANTS[variant].env ?? {}, nodeArgs: [] };
  return await runUnder(hostsFor(goos)[0], { toolchain, program }, wasm);
}

/** Names of all passes, in their order; none where the optimizer refuses the program. */
async function passes(original, work, options) {
  const report = join(work, "report.json");
  const { error } = await optimize(
    { ...options, optimizerArgs: ["--report", report] },
    original,
    join(work, "reported.wasm"),
  );
  return error ? [] : JSON.parse(readFileSync(report, "utf8")).passes.map(({ name }) => name);
}

/** The first pass after which the program does something else. */
async function guilty(names, compare) {
  for (const pass of names) {
    const differs = await compare(["--stop-after", pass]);
    if (differs) return `since ${pass}: ${differs}`;
  }
  return "with no pass stopped at";
}

/** Keeps the program, what it was made into, and what was found. */
function keep(trial, work, options, found) {
  const dir = join(options.keep, trialName(trial).replaceAll(" ", "-"));
  mkdirSync(dir, { recursive: true });
  for (const name of readdirSync(work)) copyFileSync(join(work, name), join(dir, name));
  writeFileSync(join(dir, "found.txt"), `${found}\n`);
  return { verdict: "differs", why: `${found}\nkept in ${dir}` };
}
