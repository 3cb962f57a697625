/**
 * Runs one program as Go built it and as the optimizer left it, under every host of its system, and compares.
 *
 * The order tells who is at fault: the original under Go's own host must do what the program's files say, or the
 * program is wrong; then the optimized module must do the same there, or the optimizer is; then both under our loader. What
 * was built in another way may do something else than the files say, so there the original alone is the measure.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { optimize, optimizerMissing } from "../optimize.mjs";
import { difference, unexpected } from "./compare.mjs";
import { hostMissing, hostsFor, runUnder } from "./hosts.mjs";
import { readResumed } from "./resumed.mjs";

/**
 * @typedef {object} Failure
 * @property {string} leg `original/wasm_exec`, `optimize`, ...
 * @property {string} difference the first one
 *
 * @typedef {object} Report
 * @property {string} id of the case
 * @property {Failure[]} failures
 * @property {string[]} passed names of the legs that did what they should
 * @property {number} inputBytes 0 when it was not optimized
 * @property {number} outputBytes
 * @property {string} unlike how the original differs from the program's files, where its way to build lets it
 * @property {import("../outputs/ledger.mjs").Entry} [hashes] of input and output, when it was optimized
 * @property {import("./resumed.mjs").Resumed} [resumed] under `--resume-stress`
 */

/**
 * The parts of a check that this machine cannot do, with the reason.
 *
 * @param {{optimizer: string, hosts: string[]}} options
 * @returns {string[]}
 */
export function missingParts({ optimizer, hosts }) {
  return [optimizerMissing(optimizer), ...hosts.map(hostMissing)].filter(Boolean);
}

/**
 * The report on a case whose program Go could not build.
 *
 * @param {{id: string}} one
 * @param {string} error the compiler's words
 * @returns {Report}
 */
export function failedBuild({ id }, error) {
  return emptyReport(id, [{ leg: "go build", difference: error }]);
}

/**
 * Runs all legs of a case.
 *
 * @param {ReturnType<typeof import("./catalog.mjs").casesOf>[number]} one
 * @param {string} wasm the program as Go built it
 * @param {{optimizer: string, optimizerArgs: string[], hosts: string[]}} options
 * @returns {Promise<Report>}
 */
export async function check(one, wasm, options) {
  const report = emptyReport(one.id, []);
  const hosts = hostsFor(one.goos).filter((host) => options.hosts.includes(host) && !hostMissing(host));
  if (hosts.length === 0) return report;

  const record = (leg, difference) => {
    if (difference) report.failures.push({ leg, difference });
    else report.passed.push(leg);
    return difference === "";
  };
  const reference = await runUnder(hosts[0], one, wasm);
  const unlike = unexpected(one.program, reference);
  if (one.way && reference.exitCode !== null) Object.assign(report, { unlike });
  else if (!record(`original/${hosts[0]}`, unlike)) return report;
  for (const host of hosts.slice(1)) {
    record(`original/${host}`, difference(reference, await runUnder(host, one, wasm)));
  }
  if (optimizerMissing(options.optimizer)) return report;

  const work = mkdtempSync(join(tmpdir(), "gowasp-optimized-"));
  try {
    const output = join(work, "program.wasm");
    const optimized = await optimize(options, wasm, output);
    if (!record("optimize", optimized.error)) return report;
    const { inputBytes, outputBytes, hashes } = optimized;
    Object.assign(report, { inputBytes, outputBytes, hashes });
    for (const host of hosts) {
      record(`optimized/${host}`, difference(reference, await runUnder(host, one, output)));
    }
    return Object.assign(report, { resumed: readResumed(output) });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function emptyReport(id, failures) {
  return { id, failures, passed: [], inputBytes: 0, outputBytes: 0, unlike: "" };
}
