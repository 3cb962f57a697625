/**
 * How plugins are optimized for the tests of hosts.
 */
import { gowaspBinary } from "../../scripts/paths.mjs";
import { run } from "../../scripts/process.mjs";

/** What all hosts run. The default is `--for server`, for these are reactors. @type {Record<string, string[]>} */
export const WAYS = {
  default: [],
  download: ["--for", "download"],
  snapshot: ["--snapshot"],
};

/** What hosts run as well that forget `_initialize`. @type {Record<string, string[]>} */
export const WAYS_OF_FORGETFUL = { "initialize-first": ["--initialize-first"] };

/**
 * @param {string} module path of Go's own
 * @param {string} way one of the above
 * @param {string} file to write
 */
export async function optimized(module, way, file) {
  const options = { ...WAYS, ...WAYS_OF_FORGETFUL }[way];
  await run(gowaspBinary, ["optimize", module, "-o", file, "-q", ...options], { output: "capture" });
}
