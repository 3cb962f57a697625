/**
 * The test programs of this machine's Go, as the benchmarks use them.
 */
import { buildAll } from "../../harness/programs/build.mjs";
import { casesOf, readPrograms } from "../../harness/programs/catalog.mjs";
import { findToolchain } from "../../harness/toolchain.mjs";

/**
 * @typedef {{name: string, wasm: string, program: import("../../harness/programs/catalog.mjs").Program}} TestProgram
 */

/**
 * Builds test programs for `GOOS=js`, with their symbol tables as `go build` leaves them.
 *
 * @param {{all?: boolean}} [options] by default only the generated ones, which are hard on engines
 * @returns {Promise<TestProgram[]>}
 * @throws {Error} when there is no Go, or a program does not build
 */
export async function testPrograms({ all = false } = {}) {
  const { toolchain, missing } = await findToolchain();
  if (missing) throw new Error(missing);
  const programs = readPrograms().filter(({ name, drive }) => !drive && (all || name.startsWith("shape_")));
  const cases = casesOf(programs, toolchain, { goos: ["js"] }).filter(({ variant }) => variant === "default");
  const built = await buildAll(cases);
  return cases.map(({ id, program }) => {
    const { wasm, error } = built.get(id);
    if (error) throw new Error(`${id} does not build:\n${error}`);
    return { name: program.name, wasm, program };
  });
}
