/**
 * What a run prints.
 */

import { resumedText } from "./resumed.mjs";

/** @typedef {import("./check.mjs").Report} Report */

/**
 * One case: its name, its legs, and under it the first difference of each leg that failed.
 *
 * @param {Report} report
 * @param {number} [seconds] what it took
 */
export function reportText({ id, passed, failures, inputBytes, outputBytes, unlike }, seconds) {
  const size = inputBytes ? `  size x${(outputBytes / inputBytes).toFixed(3)}` : "";
  const time = seconds === undefined ? "" : `  ${seconds.toFixed(1)} s`;
  const head = `${failures.length ? "FAIL" : "ok  "} ${id.padEnd(44)} ${passed.join(" ")}${size}${time}`;
  const rest = failures.map(({ leg, difference }) => `     ${leg}: ${indent(difference)}`);
  if (unlike) rest.push(`     the original is not as usual: ${indent(unlike)}`);
  return [head, ...rest].join("\n");
}

/**
 * The end of a run: totals, sizes, and what could not be done.
 *
 * @param {Report[]} reports
 * @param {string[]} skipped reasons
 */
export function closingLines(reports, skipped) {
  const failed = reports.filter((report) => report.failures.length).length;
  const legs = reports.reduce((sum, report) => sum + report.passed.length, 0);
  const lines = skipped.map((reason) => `skipped: ${reason}`);
  const unlike = reports.filter((report) => report.unlike).length;
  if (unlike) lines.push(`${unlike} originals do not do what the program's files say`);
  const resumed = resumedText(reports.map((report) => report.resumed));
  if (resumed) lines.push(resumed);
  lines.push(`${reports.length - failed} of ${reports.length} cases the same, ${legs} runs good${sizes(reports)}`);
  return lines.join("\n");
}

function sizes(reports) {
  const ratios = reports.filter((report) => report.inputBytes).map((report) => report.outputBytes / report.inputBytes);
  if (ratios.length === 0) return ", none optimized";
  const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
  return `, size after/before x${mean.toFixed(3)} (geometric mean)`;
}

function indent(text) {
  return text.replaceAll("\n", "\n     ");
}
