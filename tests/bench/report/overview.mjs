/**
 * The chart at the top of the report: what a reader wants to know first.
 */
import { geometricMean } from "../measure/statistics.mjs";
import { barChart } from "./chart.mjs";

const [ORIGINAL, BINARYEN, GOWASP] = ["as Go built it", "wasm-opt, the best level that was run", "gowasp"];

/** The programs whose sizes are shown. */
const SHOWN = ["esbuild", "hcl2json", "astro", "gofmt"];

/**
 * @param {import("../size.mjs").SizeFigures} size
 * @param {import("../speed.mjs").SpeedFigures} speed
 * @returns {string} an SVG document
 */
export function overviewChart(size, speed) {
  return barChart({
    title: "Go programs as WebAssembly: download size and CPU time",
    series: [ORIGINAL, BINARYEN, GOWASP],
    panels: [
      { title: "Size after brotli 11", groups: SHOWN.flatMap((name) => sizeGroup(size, name)) },
      { title: "CPU time on V8, main thread, original = 100 %", groups: timeGroups(speed) },
    ],
  });
}

function sizeGroup({ rows }, name) {
  const row = rows.find((row) => row.name === name);
  if (!row) return [];
  const bar = (series, bytes) => {
    const change = bytes / row.original.brotli - 1;
    const note = series === ORIGINAL ? "" : ` (${signed(change)})`;
    return { series, value: bytes, label: `${(bytes / 1e6).toFixed(2)} MB${note}` };
  };
  const others = Object.values(row.binaryen).map(({ brotli }) => brotli);
  const bars = [bar(ORIGINAL, row.original.brotli)];
  if (others.length) bars.push(bar(BINARYEN, Math.min(...others)));
  return [{ name: [name, row.release].filter(Boolean).join(", "), bars: [...bars, bar(GOWASP, row.gowasp.brotli)] }];
}

function signed(change) {
  const percent = (Math.abs(change) * 100).toFixed(1);
  return `${change < 0 ? "−" : "+"}${percent} %`;
}

function timeGroups({ programs, micro }) {
  const groups = programs.map(({ name, ratio, original }) =>
    timeGroup(name, ratio, ` (${seconds(original.threadMs)} s)`),
  );
  if (micro.length === 0) return groups;
  const mean = geometricMean(micro.map(({ ratio }) => ratio));
  return [...groups, timeGroup(`${micro.length} micro benchmarks, geometric mean`, mean, "")];
}

function seconds(ms) {
  return (ms / 1000).toFixed(ms < 1000 ? 2 : 1);
}

function timeGroup(name, ratio, note) {
  const bars = [
    { series: ORIGINAL, value: 1, label: `100 %${note}` },
    { series: GOWASP, value: ratio, label: `${(ratio * 100).toFixed(0)} %` },
  ];
  return { name, bars };
}
