/**
 * Which programs run on which Go releases where nobody says so.
 */

import { ALL_RELEASES, findToolchain, WASIP1_RELEASES } from "../toolchain.mjs";
import { casesOf, readPrograms } from "./catalog.mjs";

/** Those that look hardest at Go's tables. */
const TABLE_PROGRAMS = ["callers", "crash_panic", "gc", "panics"];

/**
 * @param {string | undefined} releases to run all programs on, `1.21.13,1.27.4` or `all`. Without it, all run on the
 *   machine's Go, and `TABLE_PROGRAMS` on the last release without wasip1, the first with it, and the newest
 * @returns {Promise<{cases: ReturnType<typeof casesOf>, missing: string[]}>} `missing` says which releases there are not
 */
export async function plannedCases(releases) {
  const cases = [];
  const missing = [];
  for (const { release, programs } of plan(readPrograms(), releases)) {
    const found = await findToolchain(release);
    if (!found.toolchain) missing.push(found.missing);
    else cases.push(...casesOf(programs, found.toolchain).filter(({ id }) => !cases.some((one) => one.id === id)));
  }
  return { cases, missing };
}

/** The programs to run on each release; an undefined release is the machine's Go. */
function plan(programs, wanted) {
  if (wanted) {
    const releases = wanted === "all" ? ALL_RELEASES : wanted.split(",");
    return releases.map((release) => ({ release, programs }));
  }
  const tables = programs.filter(({ name }) => TABLE_PROGRAMS.includes(name));
  const [firstWithWasip1] = WASIP1_RELEASES;
  const lastWithout = ALL_RELEASES[ALL_RELEASES.indexOf(firstWithWasip1) - 1];
  const others = [lastWithout, firstWithWasip1, ALL_RELEASES.at(-1)];
  return [{ release: undefined, programs }, ...others.map((release) => ({ release, programs: tables }))];
}
