/**
 * What a run prints: a line per package, what differs below it, and totals.
 */

import { resumedText } from "../harness/programs/resumed.mjs";

/** @typedef {import("./check.mjs").Report} Report */

const NUMBERS = ["tests", "same", "differ", "known", "flaky", "dropped", "seconds"];

/** The head of the table. */
export function headLine() {
  return row("", "package", NUMBERS);
}

/**
 * A package's line, and below it all that is not plain: differences with what the test wrote, flaky and dropped tests.
 *
 * @param {Report} report
 */
export function reportText(report) {
  const { one, error, none, differing, known, flaky, dropped } = report;
  const name = `${one.package} ${one.goos} go${one.toolchain.release}${one.variant === "plain" ? "" : ` ${one.variant}`}`;
  if (none) return `--   ${name}: no tests`;
  const lines = [row(failed(report) ? "FAIL" : "ok", name, numbers(report))];
  if (error) lines.push(error);
  for (const { test, expected, actual, excerpt } of differing.slice(0, 10)) {
    lines.push(`${test}: ${actual}, not ${expected}`, ...(excerpt ? [excerpt] : []));
  }
  if (differing.length > 10) lines.push(`and ${differing.length - 10} more`);
  for (const { test, reason } of known) lines.push(`known: ${test} ${reason}`);
  for (const { test, outcomes } of flaky) lines.push(`flaky in the original: ${test} (${outcomes.join(", ")})`);
  for (const { test, reason } of dropped) lines.push(`not run: ${test} ${reason}`);
  return lines.join("\n").replaceAll("\n", "\n     ");
}

/** @param {Report} report */
export function failed(report) {
  return report.error !== "" || report.differing.length > 0;
}

/** @param {Report[]} reports */
export function closingLines(reports) {
  const ran = reports.filter(({ none }) => !none);
  const sums = ran.map(numbers).reduce(
    (a, b) => a.map((n, i) => n + b[i]),
    NUMBERS.map(() => 0),
  );
  const good = ran.filter((report) => !failed(report)).length;
  const resumed = resumedText(ran.map((report) => report.resumed));
  const lines = [row("", `${good} of ${ran.length} the same`, sums), ...speed(ran)];
  return [...lines, ...(resumed ? [`     ${resumed}`] : [])].join("\n");
}

function speed(reports) {
  const sum = (what) => reports.reduce((total, { seconds }) => total + seconds[what], 0).toFixed(0);
  return [`     seconds: ${sum("build")} building, ${sum("original")} original, ${sum("optimized")} optimized`];
}

function numbers({ tests, differing, known, flaky, dropped, seconds }) {
  const other = differing.length + known.length + flaky.length;
  const total = seconds.build + seconds.original + seconds.optimized;
  return [tests, Math.max(tests - other, 0), differing.length, known.length, flaky.length, dropped.length, total];
}

function row(mark, name, values) {
  const cells = values.map((value) => (typeof value === "number" ? value.toFixed(0) : value).padStart(8));
  return `${mark.padEnd(4)} ${name.padEnd(48)}${cells.join("")}`;
}
