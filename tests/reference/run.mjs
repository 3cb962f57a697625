/**
 * Compares the package's host functions with Go's own wasm_exec.js: the same random operations under both, seed by seed.
 *
 *     node tests/reference/run.mjs --seeds 5000 --go 1.21.13,1.26.8,1.27.4 [--browser chromium]
 *
 * Exit code 0 when all is the same, 1 when something differs, 2 for wrong usage.
 */
import { parseArgs } from "node:util";
import { BROWSERS } from "../harness/browsers.mjs";
import { command, known, wholeNumber } from "../harness/command.mjs";
import { compareIn, compareInNode, prepareRelease } from "./sides.mjs";

const USAGE = `usage: node tests/reference/run.mjs [options]

  --seeds N           how many, default 1000
  --from N            the first seed, default 1
  --go 1.26.8,...     Go releases, default the machine's own
  --browser NAME      in a page of ${Object.keys(BROWSERS).join(", ")}; default in Node`;

const OPTIONS = {
  seeds: { type: "string", default: "1000" },
  from: { type: "string", default: "1" },
  go: { type: "string" },
  browser: { type: "string" },
  help: { type: "boolean", short: "h", default: false },
};

/** So many runs leave so many instances, which an engine collects when it likes. */
const SEEDS_PER_PAGE = 100;

await command(main, USAGE);

async function main() {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const { browser } = values;
  if (browser) known("browser", [browser], Object.keys(BROWSERS));
  const [seeds, first] = [wholeNumber("seeds", values.seeds), wholeNumber("from", values.from)];
  let differing = 0;
  for (const release of values.go?.split(",") ?? [undefined]) {
    const prepared = await prepareRelease(release);
    const start = performance.now();
    const ends = {};
    let [lines, different] = [0, 0];
    for (let from = first; from < first + seeds; from += SEEDS_PER_PAGE) {
      const part = { from, count: Math.min(SEEDS_PER_PAGE, first + seeds - from) };
      const result = await (browser ? compareIn(browser, prepared, part) : compareInNode(prepared, part));
      for (const difference of result.differences) print(difference);
      for (const [end, count] of Object.entries(result.ends)) ends[end] = (ends[end] ?? 0) + count;
      lines += result.lines;
      different += result.differences.length;
    }
    differing += different;
    const seconds = Math.round((performance.now() - start) / 1000);
    const howEnded = Object.entries(ends).map(([end, count]) => `${end} ${count}`);
    console.log(
      `go${prepared.release}, ${browser ?? `Node ${process.versions.node}`}: ${seeds} seeds, ${different} differ`,
    );
    console.log(`  ${lines} operations and calls noted, ends: ${howEnded.join(", ")}; ${seconds} s`);
  }
  return differing > 0 ? 1 : 0;
}

function print({ seed, ours, reference }) {
  console.log(
    `seed ${seed} differs; under gowasp:\n  ${ours.join("\n  ")}\nunder wasm_exec.js:\n  ${reference.join("\n  ")}`,
  );
}
