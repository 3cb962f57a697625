/**
 * What was measured of plugins in hosts, as tables.
 */
import { count, table } from "../measure/table.mjs";
import { SERVER, SNAPSHOT } from "./modules.mjs";

/**
 * @typedef {object} Measured
 * @property {string} way
 * @property {number} bytes of the file
 * @property {number} compile ratio to the original's, as all below but `startMs`, `pages` and `residentKB`
 * @property {number} startMs instantiate and `_initialize`
 * @property {number} start
 * @property {number} first call
 * @property {number} calls geometric mean of the exports
 * @property {number[]} resident by `instances`
 * @property {number[]} residentKB an instance's share, by `instances`
 * @property {number | null} pages of memory after the start, of 64 KiB; null where a component hides it
 *
 * @typedef {object} HostsFigures
 * @property {number[]} instances how many share a process when memory is measured
 * @property {string[]} missing what is not in the table, and why
 * @property {Record<string, Measured[]>} hosts
 */

const digits = (/** @type {number} */ value) => value.toFixed(value < 0.1 ? 3 : 2);

/**
 * All figures.
 *
 * @param {HostsFigures} figures
 * @returns {string} Markdown
 */
export function hostsTables({ instances, missing, hosts }) {
  const rows = Object.entries(hosts).flatMap(([host, ways]) =>
    ways.map((one, i) => [
      i === 0 ? host : "",
      one.way,
      digits(one.compile),
      one.startMs.toFixed(3),
      digits(one.start),
      digits(one.first),
      digits(one.calls),
      ...one.residentKB.map((kilobytes) => count(kilobytes)),
      digits(one.resident[one.resident.length - 1]),
      one.pages ? ((one.pages * 64) / 1024).toFixed(1) : "",
    ]),
  );
  const memory = instances.map((number) => `kB, ${number}`);
  const head = [
    "host",
    "module",
    "compile",
    "start, ms",
    "start",
    "first call",
    "calls",
    ...memory,
    "memory",
    "declared, MiB",
  ];
  const notes = missing.map((line) => `\n\n${line}`).join("");
  return `${table(head, rows, 2)}${notes}`;
}

/**
 * What a reader of the README wants to know.
 *
 * @param {HostsFigures} figures
 * @returns {string} Markdown
 */
export function shortTable({ hosts }) {
  const cell = (ways, way, value) => {
    const found = ways.find((one) => one.way === way);
    return found ? digits(value(found)) : "";
  };
  const rows = Object.entries(hosts).map(([host, ways]) => [
    host,
    cell(ways, SERVER, ({ start }) => start),
    cell(ways, SNAPSHOT, ({ start }) => start),
    cell(ways, SERVER, ({ calls }) => calls),
    cell(ways, SERVER, ({ resident }) => resident[resident.length - 1]),
  ]);
  return table(["host", "start", "start, --snapshot", "calls", "memory, 200 instances"], rows);
}
