/**
 * What a Go plugin costs its host: compiling, starting an instance, calls and memory, original against optimized, in wasmtime and wazero.
 * All of one host in one process, one after the other in every round; ratios are medians of the rounds' ratios.
 *
 *     node tests/bench/hosts.mjs [--rounds N]
 */
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { wasmtime, wasmtimeHome, wazero } from "../../scripts/engines.mjs";
import { cacheDir, root } from "../../scripts/paths.mjs";
import { run } from "../../scripts/process.mjs";
import { command, wholeNumber } from "../harness/command.mjs";
import { GOWASP } from "./measure/gowasp.mjs";
import { geometricMean, median } from "./measure/statistics.mjs";
import { table } from "./measure/table.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const FOLDER = join(HERE, "hosts");
const PAGE = join(root, "docs", "hosts.md");
const WORK = join(cacheDir, "bench", "hosts");

/** What is measured, the original first. */
const WAYS = {
  original: undefined,
  "--for server": ["--for", "server"],
  "--for download": ["--for", "download"],
  "--for raw": ["--for", "raw"],
  "--for speed": ["--for", "speed"],
};

/** A snapshot of what this way made. */
const SNAPSHOT = { way: "--for server, snapshot", of: "--for server" };

/** Ratios to the original that must be reached with `--for server`. */
const GOALS = { wasmtime: 0.6, "wazero, compiler": 0.5, "wazero, interpreter": 0.4, calls: 0.6 };

/** Ratios of the start that must be reached by a snapshot. */
const SNAPSHOT_GOALS = { wasmtime: 0.05, "wazero, compiler": 0.1, "wazero, interpreter": 0.08 };

/** No preset may start slower than that. */
const NOISE = 1.05;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await command(async () => {
    const { values } = parseArgs({ options: { rounds: { type: "string", default: "41" } } });
    await measureHosts({ rounds: wholeNumber("rounds", values.rounds), say: console.log });
    return 0;
  });
}

/**
 * @param {{ rounds: number, say: (line: string) => void }} options
 * @returns {Promise<object>} the figures; docs/hosts.md gets their table
 */
export async function measureHosts({ rounds, say }) {
  mkdirSync(WORK, { recursive: true });
  const files = await modules();
  const program = join(WORK, "wazero");
  await run("go", ["build", "-o", program, "."], { cwd: join(FOLDER, "wazero"), output: "capture" });
  const hosts = {
    wasmtime: ["python3", join(FOLDER, "wasmtime.py"), wasmtimeHome, String(rounds), "20"],
    "wazero, compiler": [program, "compiler", String(rounds), "20"],
    "wazero, interpreter": [program, "interpreter", String(Math.max(5, rounds >> 3)), "2"],
  };
  /** @type {Record<string, any>} */
  const figures = {
    versions: { wasmtime: wasmtime.version, wazero: wazero.version },
    bytes: files.map(({ file }) => statSync(file).size),
    hosts: {},
  };
  for (const [host, [name, ...args]] of Object.entries(hosts)) {
    say(`${host}…`);
    const output = await run(name, [...args, ...files.map(({ file }) => file)], { cwd: WORK, output: "result" });
    const lines = output
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    figures.hosts[host] = lines.map((line, way) => compare(files[way].way, line, lines[0]));
  }
  const text = report(figures);
  say(text);
  const page = readFileSync(PAGE, "utf8");
  writeFileSync(PAGE, page.replace(/(<!-- hosts:start -->\n)[\s\S]*(<!-- hosts:end -->)/, `$1${text}\n$2`));
  return figures;
}

async function modules() {
  const original = join(WORK, "original.wasm");
  await run("go", ["build", "-trimpath", "-buildvcs=false", "-buildmode=c-shared", "-o", original, "."], {
    cwd: join(FOLDER, "plugin"),
    env: { ...process.env, GOOS: "wasip1", GOARCH: "wasm", GOFLAGS: "", GOWORK: "off" },
    output: "capture",
  });
  const files = [];
  for (const [way, options] of Object.entries(WAYS)) {
    const file = options ? join(WORK, `${way.replaceAll(/\W+/g, "-")}.wasm`) : original;
    if (options) await run(GOWASP, ["optimize", original, "-o", file, "-q", ...options], { output: "capture" });
    files.push({ way, file });
  }
  const file = join(WORK, "snapshot.wasm");
  const of = files.find(({ way }) => way === SNAPSHOT.of)?.file ?? original;
  await run(GOWASP, ["snapshot", of, "-o", file, "-q"], { output: "capture" });
  files.push({ way: SNAPSHOT.way, file });
  return files;
}

/** A way's figures as ratios to the original's, and its start in milliseconds. */
function compare(way, own, original) {
  const ratio = (/** @type {number[]} */ list, /** @type {number[]} */ base) =>
    median(list.map((value, i) => value / base[i]));
  const calls = Object.keys(own.calls).map((name) => ratio(own.calls[name], original.calls[name]));
  return {
    way,
    compile: own.compile / original.compile,
    startMs: median(own.start),
    start: ratio(own.start, original.start),
    first: ratio(own.first, original.first),
    calls: geometricMean(calls),
    resident: own.residentKB ? own.residentKB / original.residentKB : undefined,
    pages: own.pages,
  };
}

function report(figures) {
  const rows = Object.entries(figures.hosts).flatMap(([host, ways]) =>
    ways.map(({ way, compile, startMs, start, first, calls, resident, pages }, i) => [
      i === 0 ? host : "",
      way,
      compile.toFixed(2),
      `${startMs.toFixed(3)} ms`,
      start.toFixed(2),
      first.toFixed(2),
      calls.toFixed(2),
      resident?.toFixed(2) ?? "",
      String(pages),
    ]),
  );
  const head = ["host", "module", "compile", "instance start", "ratio", "first call", "calls", "resident", "pages"];
  const goals = (/** @type {Record<string, number>} */ of) =>
    Object.entries(of)
      .map(([name, goal]) => `${name} ${goal}`)
      .join(", ");
  return [
    table(head, rows, 2),
    "",
    `Must be reached by --for server: ${goals(GOALS)}; by a snapshot, at the start: ${goals(SNAPSHOT_GOALS)}; by all, at the start: ${NOISE}.`,
  ].join("\n");
}
