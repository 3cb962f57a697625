// What the benchmarks print and draw, on made-up figures: `node --test tests/bench`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { geometricMean, median } from "./measure/statistics.mjs";
import { table } from "./measure/table.mjs";
import { barChart } from "./report/chart.mjs";
import { overviewChart } from "./report/overview.mjs";
import { reportPage } from "./report/page.mjs";

const sizes = (brotli) => ({ raw: 4 * brotli, code: 3 * brotli, gzip: 2 * brotli, brotli });
const size = {
  gowasp: "gowasp 1.2.3",
  binaryen: "132.0.0",
  rows: [
    {
      name: "esbuild",
      what: "",
      release: "go1.26.5",
      original: sizes(2_000_000),
      gowasp: sizes(1_500_000),
      binaryen: { "-O2": sizes(1_900_000), "-Oz": sizes(2_100_000) },
    },
  ],
};
const pair = (name, ratio) => ({ name, original: 10, gowasp: 10 * ratio, ratio, range: { low: ratio, high: ratio } });
const speed = {
  node: "20.1.0",
  counted: "main thread",
  programs: [
    {
      name: "p",
      original: { threadMs: 1000, processMs: 2000, peakMiB: 100 },
      gowasp: { threadMs: 600, processMs: 900, peakMiB: 90 },
      ratio: 0.6,
      processRatio: 0.45,
      binaryen: { "-Oz": 1.05 },
      nativeMs: 123,
    },
  ],
  binaryen: { "-O2": [pair("a", 0.9), pair("b", 0.9)] },
  engines: [
    { engine: "firefox", version: "Firefox 1", missing: "", rows: [pair("a", 0.25), pair("b", 1.25)] },
    { engine: "wazero", version: "", missing: "wazero is not installed: npm run setup", rows: [] },
  ],
  noise: { low: 0.97, high: 1.04 },
  micro: [
    { name: "a", original: 10, gowasp: 5, ratio: 0.5, range: { low: 0.4, high: 0.6 }, native: 1 },
    { name: "b", original: 10, gowasp: 20, ratio: 2, range: { low: 1.9, high: 2.1 }, native: 1 },
  ],
};
const used = (ms, peakMiB) => ({ ms, cpuMs: ms, peakMiB });
const start = {
  rows: [
    {
      name: "good",
      original: used(100, 50),
      gowasp: used(50, 30),
      ratio: { time: 0.5, cpu: 0.4, thread: 0.6, memory: 0.6 },
    },
    {
      name: "bad",
      original: used(100, 50),
      gowasp: used(50, 60),
      ratio: { time: 0.5, cpu: 0.5, thread: 0.5, memory: 1.2 },
    },
  ],
};
const machine = { cpu: "CPU", cores: 2, memoryGiB: 4, system: "Linux", node: "20", v8: "11", go: "go1.26", load: 0.25 };

test("means: the middle one, and that of ratios", () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.ok(Math.abs(geometricMean([0.5, 2, 1]) - 1) < 1e-12);
});

test("tables are Markdown whose columns line up, whatever characters are in them", () => {
  const lines = table(["name", "n"], [["µ😀", "1,000"]]).split("\n");
  assert.deepEqual(lines, ["| name |     n |", "| ---- | ----: |", "| µ😀   | 1,000 |"]);
});

test("bars are as long as their values say, and texts cannot end the markup", () => {
  const bars = [
    { series: "x", value: 4, label: "<4>" },
    { series: "y", value: 1, label: "1" },
  ];
  const svg = barChart({ title: "a & b", series: ["x", "y"], panels: [{ title: "p", groups: [{ name: "g", bars }] }] });
  const [long, short] = [...svg.matchAll(/<rect class="s\d" [^>]*width="([\d.]+)" height="15"/g)].map(
    (match) => +match[1],
  );
  assert.ok(Math.abs(long / short - 4) < 0.01, `${long} and ${short}`);
  assert.ok(!svg.includes("<4>") && svg.includes("&#60;4&#62;"));
  assert.ok(!svg.includes("a & b"));
});

test("the chart shows the better of Binaryen's results, and gowasp's change", () => {
  const svg = overviewChart(size, speed);
  assert.match(svg, />1\.90 MB \(−5\.0 %\)</);
  assert.match(svg, />1\.50 MB \(−25\.0 %\)</);
  assert.ok(!svg.includes("2.10 MB"));
  assert.match(svg, /2 micro benchmarks/);
});

test("the report has what was measured, and the command to measure it again", () => {
  const page = reportPage({
    size: { machine, build: "abc123", figures: size },
    speed: { machine, build: "abc123", figures: speed },
  });
  assert.match(page, /\| \*\*gowasp\*\* +\| 6,000,000 \| 4,500,000 \| 3,000,000 \| 1,500,000 \| +0\.750 \|/);
  assert.match(page, /0\.40 to 0\.60/);
  assert.match(page, /geometric mean\*\* \| +\| +\| \*\*1\.00\*\*/);
  assert.match(page, /are 0\.97 to 1\.04/);
  assert.match(page, /optimizer build abc123/);
  assert.match(page, /npm run bench size/);
  assert.ok(!page.includes("npm run bench loader"));
});

test("speed: one row for each program, a column for each engine, and what is slower or missing", () => {
  const page = reportPage({ speed: { machine, build: "abc123", figures: speed } });
  assert.match(page, /\| p +\| +1000 \| +600 \| +0\.60 \| +1\.05 \| +0\.45 \| +123 \|/);
  assert.match(page, /\| topic +\| +Node \| +firefox \|/);
  assert.match(page, /\| a +\| +2\.00 \| +4\.00 \|/);
  assert.match(page, /geometric mean\*\* +\| \*\*1\.00\*\* \| \*\*1\.79\*\*/);
  assert.match(page, /Node 20\.1\.0, Firefox 1\./);
  assert.match(page, /every process: Node: b\. firefox: b\./);
  assert.match(page, /Not measured: wazero: wazero is not installed/);
});

test("start: the programs that take more than the original are named", () => {
  const page = reportPage({ start: { machine, build: "abc123", figures: start } });
  assert.match(page, /More than the original's CPU time or memory: bad\. 1 of 2 are at 0\.7 or less of both\./);
});

test("depth: levels before and after on each engine, and where they are fewer", () => {
  const kinds = ["direct", "mutual", "interface", "closure", "defer", "tree"];
  const levels = Object.fromEntries(kinds.map((kind) => [kind, { original: 1000, gowasp: 2500 }]));
  const columns = [
    { engine: "node", version: "Node 1", missing: "", levels },
    {
      engine: "webkit",
      version: "AppleWebKit/6",
      missing: "",
      levels: { ...levels, tree: { original: 10, gowasp: 9 } },
    },
    { engine: "firefox", version: "", missing: "not installed", levels: {} },
  ];
  const page = reportPage({ depth: { machine, build: "abc123", figures: { columns } } });
  assert.match(page, /\| recursion \| +node \| +webkit \|/);
  assert.match(page, /\| tree +\| 1,000 to 2,500, 2\.50 \| +10 to 9, 0\.90 \|/);
  assert.match(page, /Less deep than the original: tree in webkit\. Not measured: firefox: not installed\./);
  assert.match(page, /Node 1, AppleWebKit 6\./);
});
