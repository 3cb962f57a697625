/**
 * What a Go handler costs in workerd: CPU time of a request for "Hello!" beyond that of the same handler in JavaScript, by
 * gowasp/workers with an instance for each request and with one for all, and by the shim of github.com/syumai/workers with the
 * same file. Linux, which tells a process's CPU time.
 *
 *     node tests/bench/workers.mjs [--rounds N]
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { installed } from "../../scripts/installed.mjs";
import { root } from "../../scripts/paths.mjs";
import { run } from "../../scripts/process.mjs";
import { command, wholeNumber } from "../harness/command.mjs";
import { findOptimizer, GOWASP } from "./measure/gowasp.mjs";
import { goBuild } from "./measure/programs.mjs";
import { median } from "./measure/statistics.mjs";
import { table } from "./measure/table.mjs";

const SOURCES = join(dirname(fileURLToPath(import.meta.url)), "workers");

/** For instances that start often: rebuilding the function tables takes a third of an instance's time. */
const OPTIONS = ["--skip", "columnar-tables"];

/** What a request may cost beyond the handler in JavaScript, in milliseconds. */
const GOALS = { request: 10, shared: 1 };

/** Linux counts CPU time in hundredths of a second (`USER_HZ`), so a round must take many. */
const TICK_MS = 10;
const REQUESTS = { heavy: 40, light: 400 };

const ours = (instances) => `
  import { goHandler } from ${JSON.stringify(join(root, "dist/workers.js"))};
  import module from "./app.wasm";
  export default goHandler(module, { instances: ${JSON.stringify(instances)} });`;

/** @type {{ name: string, program?: "own" | "syumai", source: string, requests: number, goal?: number }[]} */
const VARIANTS = [
  {
    name: "JavaScript",
    source: 'export default { fetch: () => new Response("Hello!") };',
    requests: REQUESTS.light,
  },
  {
    name: "net/http, an instance for each request",
    program: "own",
    source: ours("request"),
    requests: REQUESTS.heavy,
    goal: GOALS.request,
  },
  {
    name: "net/http, one instance for all",
    program: "own",
    source: ours("shared"),
    requests: REQUESTS.light,
    goal: GOALS.shared,
  },
  {
    name: "syumai/workers, gowasp/workers",
    program: "syumai",
    source: ours("request"),
    requests: REQUESTS.heavy,
    goal: GOALS.request,
  },
  {
    name: "syumai/workers, its own shim",
    program: "syumai",
    source: 'export { default } from "./worker.mjs";',
    requests: REQUESTS.heavy,
  },
];

/**
 * @typedef {{ name: string, ms: number, goal?: number }} WorkersRow `ms` of CPU time for a request, beyond JavaScript's own
 * @typedef {{ rounds: number, own: number, rows: WorkersRow[], toShim: number }} WorkersFigures `own` is what JavaScript takes;
 *   `toShim` compares syumai's program under gowasp/workers to the same under its own shim
 */

/**
 * @param {{ rounds?: number, say?: (line: string) => void }} [options]
 * @returns {Promise<WorkersFigures>}
 */
export async function measureWorkers({ rounds = 5, say = () => {} } = {}) {
  const project = await installed(join(root, "tests/ecosystem/projects/runtimes"), "ecosystem/runtimes");
  const { Miniflare } = await import(pathToFileURL(join(project, "node_modules/miniflare/dist/src/index.js")).href);
  await findOptimizer();
  const folder = mkdtempSync(join(tmpdir(), "gowasp-workers-"));
  const servers = [];
  try {
    for (const [index, variant] of VARIANTS.entries()) {
      const place = join(folder, String(index));
      servers.push(await serve(Miniflare, place, variant));
    }
    const times = servers.map(() => []);
    for (let round = 0; round < rounds; round++) {
      say(`round ${round + 1} of ${rounds}`);
      for (const [index, { ask, cpu }] of servers.entries()) {
        const { requests } = VARIANTS[index];
        const before = cpu();
        for (let i = 0; i < requests; i++) await ask();
        times[index].push((cpu() - before) / requests);
      }
    }
    const [own, ...rest] = times.map(median);
    const rows = rest.map((ms, at) => ({ name: VARIANTS[at + 1].name, ms: ms - own, goal: VARIANTS[at + 1].goal }));
    return { rounds, own, rows, toShim: rows[2].ms / rows[3].ms };
  } finally {
    for (const { miniflare } of servers) await miniflare.dispose();
    rmSync(folder, { recursive: true });
  }
}

/** Starts a worker, and asks it until its code is compiled. */
async function serve(Miniflare, folder, { program, source }) {
  mkdirSync(folder);
  const entry = join(folder, "entry.js");
  writeFileSync(entry, source);
  if (program) {
    const wasm = goBuild(".", join(SOURCES, program), `workers-${program}`);
    await run(GOWASP, ["optimize", "--quiet", ...OPTIONS, wasm, "-o", join(folder, "app.wasm")], { output: "capture" });
    if (program === "syumai") await shimTo(folder);
  }
  const bundle = join(folder, "bundle.js");
  await build({
    entryPoints: [entry],
    bundle: true,
    format: "esm",
    external: ["*.wasm", "cloudflare:*"],
    outfile: bundle,
    logLevel: "error",
  });
  const before = new Set(workerds());
  const miniflare = new Miniflare({
    compatibilityDate: "2026-07-01",
    modulesRoot: folder,
    modules: [
      { type: "ESModule", path: bundle },
      ...(program ? [{ type: "CompiledWasm", path: join(folder, "app.wasm") }] : []),
    ],
  });
  const url = await miniflare.ready;
  const [pid] = workerds().filter((one) => !before.has(one));
  const ask = async () => {
    const response = await fetch(url);
    const text = await response.text();
    if (text !== "Hello!") throw new Error(`${response.status} ${text}`);
  };
  for (let i = 0; i < 30; i++) await ask();
  return { miniflare, ask, cpu: () => cpuTime(pid) };
}

/** The shim that `workers-assets-gen` of syumai/workers lays beside a program. */
async function shimTo(folder) {
  const args = ["list", "-m", "-f", "{{.Dir}}", "github.com/syumai/workers"];
  const env = { ...process.env, GOFLAGS: "-mod=mod", GOWORK: "off" };
  const at = (await run("go", args, { cwd: join(SOURCES, "syumai"), env, output: "capture" })).trim();
  const assets = join(at, "cmd/workers-assets-gen/assets");
  const copies = {
    "worker.mjs": "common/worker.mjs",
    "runtime.mjs": "runtime/cloudflare.mjs",
    "wasm_exec.js": "wasm_exec_go.js",
  };
  // Written anew: what lies in Go's module cache is read-only, and so would a copy be.
  for (const [to, from] of Object.entries(copies)) writeFileSync(join(folder, to), readFileSync(join(assets, from)));
}

/** The ids of this process's children that are workerd. */
function workerds() {
  return readdirSync("/proc").filter((id) => {
    if (!/^\d+$/.test(id)) return false;
    const stat = statusOf(id);
    return stat?.name === "workerd" && stat.parent === process.pid;
  });
}

function cpuTime(pid) {
  return (statusOf(pid)?.ticks ?? Number.NaN) * TICK_MS;
}

/** What `/proc/PID/stat` says (proc_pid_stat(5)): fields 2, 4, and 14 and 15, user and system time. */
function statusOf(pid) {
  try {
    const [, name, rest] = /\((.*)\) (.*)/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    const fields = rest.split(" ");
    return { name, parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}

/**
 * @param {WorkersFigures} figures
 * @returns {string} Markdown
 */
export function workersTable({ own, rows, toShim }) {
  const lines = rows.map(({ name, ms, goal }) => [name, ms.toFixed(2), goal === undefined ? "" : String(goal)]);
  return (
    `${table(["handler", "ms of CPU", "goal"], lines)}\n\n` +
    `The handler in JavaScript takes ${own.toFixed(2)} ms itself. The program for syumai/workers under gowasp/workers takes ` +
    `${toShim.toFixed(2)} of what the same file takes under its own shim.`
  );
}

async function main() {
  const { values } = parseArgs({ options: { rounds: { type: "string", default: "5" } } });
  const rounds = wholeNumber("rounds", values.rounds);
  const figures = await measureWorkers({ rounds, say: (line) => console.error(line) });
  console.log(workersTable(figures));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await command(main);
