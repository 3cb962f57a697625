/**
 * The chart of plugins in their hosts.
 */
import { ORIGINAL, SERVER, SNAPSHOT } from "../hosts/modules.mjs";
import { barChart } from "./chart.mjs";

/**
 * @param {import("../hosts/tables.mjs").HostsFigures} figures
 * @returns {string} an SVG document
 */
export function hostsChart({ hosts }) {
  const series = [ORIGINAL, SERVER, SNAPSHOT];
  const panel = (/** @type {string} */ title, value, label) => ({
    title,
    groups: Object.entries(hosts).map(([name, ways]) => ({
      name,
      bars: series.flatMap((way) => {
        const found = ways.find((one) => one.way === way);
        return found ? [{ series: way, value: value(found), label: label(found) }] : [];
      }),
    })),
  });
  const percent = (/** @type {number} */ value) => `${(value * 100).toFixed(value < 0.1 ? 1 : 0)} %`;
  return barChart({
    title: "A Go plugin in its host, original = 100 %",
    series,
    panels: [
      panel(
        "Start of an instance",
        ({ start }) => start,
        ({ start, startMs }) => `${percent(start)} (${startMs.toFixed(2)} ms)`,
      ),
      panel(
        "Calls, geometric mean",
        ({ calls }) => calls,
        ({ calls }) => percent(calls),
      ),
    ],
  });
}
