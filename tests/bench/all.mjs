/**
 * `npm run bench`: runs the benchmarks one after another and writes `docs/benchmarks.json`, `.md` and `.svg`.
 *
 * Parts that do not run keep the figures they had. A part that fails leaves its old figures, and the exit code is 1.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { root } from "../../scripts/paths.mjs";
import { run } from "../../scripts/process.mjs";
import { command, UsageError, wholeNumber } from "../harness/command.mjs";
import { goRelease } from "../harness/go.mjs";
import { measureDepth } from "./depth.mjs";
import { shortTable } from "./hosts/tables.mjs";
import { measureHosts } from "./hosts.mjs";
import { findOptimizer } from "./measure/gowasp.mjs";
import { measureOptimizer } from "./optimizer.mjs";
import { hostsChart } from "./report/hosts_chart.mjs";
import { overviewChart } from "./report/overview.mjs";
import { reportPage } from "./report/page.mjs";
import { measureSizes } from "./size.mjs";
import { measureSpeed } from "./speed.mjs";
import { measureStart } from "./start.mjs";
import { measureWorkers } from "./workers.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const DOCS = join(root, "docs");
const FIGURES = join(DOCS, "benchmarks.json");

const USAGE = `usage: npm run bench -- [PART...] [options]

  PART         size, speed, start, depth, optimizer, loader, bridge, workers, hosts, default all; report measures nothing and writes the report again
  --rounds N   how often what is timed is run, default 7
  --large      with the Go compiler (48 MB), too
  --binaryen   run wasm-opt where it has not been run before (minutes)

examples:
  npm run bench -- speed
  npm run bench -- size start --large`;

const say = (line) => console.error(line);

const PARTS = {
  size: ({ binaryen, large }) => measureSizes({ binaryen, large, before: stored().size?.figures, say }),
  speed: ({ rounds, binaryen, large }) => measureSpeed({ rounds, binaryen, large, say }),
  start: ({ rounds, large }) => measureStart({ rounds, large, say }),
  depth: () => measureDepth({ say }),
  optimizer: ({ rounds, large }) => measureOptimizer({ rounds, large, say }),
  loader: ({ rounds }) => runBench("loader.mjs", String(rounds)),
  bridge: ({ rounds }) => runBench("bridge.mjs", "--rounds", String(rounds)),
  workers: ({ rounds }) => measureWorkers({ rounds, say }),
  // Starts take less than a millisecond.
  hosts: ({ rounds }) => measureHosts({ rounds: 6 * rounds, say }),
};

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      binaryen: { type: "boolean", default: false },
      large: { type: "boolean", default: false },
      rounds: { type: "string", default: "7" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const rounds = wholeNumber("rounds", values.rounds);
  const unknown = positionals.find((name) => name !== "report" && !(name in PARTS));
  if (unknown !== undefined) {
    throw new UsageError(`there is no part "${unknown}": there are ${Object.keys(PARTS).join(", ")}, report`);
  }
  const parts = positionals.length ? positionals.filter((name) => name !== "report") : Object.keys(PARTS);
  for (const part of parts) {
    try {
      const about = machine();
      const build = (await findOptimizer()).hash.slice(0, 12);
      store(part, { machine: about, build, figures: await PARTS[part]({ ...values, rounds }) });
    } catch (error) {
      say(`${part}: ${error.stack}`);
      process.exitCode = 1;
    }
  }
  writeReport();
}

/** Runs a benchmark that prints its own table. */
function runBench(file, ...args) {
  say(file.replace(".mjs", ""));
  return run(process.execPath, [join(HERE, file), ...args], { output: "result" });
}

/** @returns {import("./report/page.mjs").Machine} */
function machine() {
  const cpus = os.cpus();
  return {
    cpu: cpus[0].model.trim(),
    cores: cpus.length,
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.arch()}`,
    node: process.versions.node,
    v8: process.versions.v8,
    go: goRelease(),
    load: os.loadavg()[0],
  };
}

function stored() {
  try {
    return JSON.parse(readFileSync(FIGURES, "utf8"));
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    return {};
  }
}

/** After each part, so that an interrupted run keeps what it has measured. */
function store(part, result) {
  mkdirSync(DOCS, { recursive: true });
  writeFileSync(FIGURES, `${JSON.stringify({ ...stored(), [part]: result }, null, 2)}\n`);
}

function writeReport() {
  const results = stored();
  if (Object.keys(results).length === 0) return;
  writeFileSync(join(DOCS, "benchmarks.md"), reportPage(results));
  if (results.hosts) writeHosts(results.hosts.figures);
  if (!results.size || !results.speed) return;
  writeFileSync(join(DOCS, "benchmarks.svg"), overviewChart(results.size.figures, results.speed.figures));
}

/** The chart of the report, and the table in what users read first. */
function writeHosts(/** @type {import("./hosts/tables.mjs").HostsFigures} */ figures) {
  writeFileSync(join(DOCS, "benchmarks-hosts.svg"), hostsChart(figures));
  for (const page of [join(DOCS, "hosts.md"), join(root, "README.md")]) {
    const text = readFileSync(page, "utf8");
    writeFileSync(
      page,
      text.replace(/(<!-- hosts:start -->\n)[\s\S]*(<!-- hosts:end -->)/, `$1${shortTable(figures)}\n$2`),
    );
  }
}

await command(main, USAGE);
