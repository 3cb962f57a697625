/**
 * Runs Go's own tests for wasip1 under the loader's WASI, and names those that pass under node:wasi and not there.
 *
 *     node tests/std/wasi.mjs [PACKAGE...] [--go 1.26.8] [--timeout SECONDS]
 *
 * Exit code 0 when there are none, 1 otherwise.
 */
import { parseArgs } from "node:util";
import { command, wholeNumber } from "../harness/command.mjs";
import { findToolchain } from "../harness/toolchain.mjs";
import { compareHosts, WASI_PACKAGES } from "./hosts.mjs";

const USAGE = `usage: node tests/std/wasi.mjs [PACKAGE...] [options]

  PACKAGE                standard packages whose tests to run, default ${WASI_PACKAGES.join(" ")}
  --go 1.26.8            a Go release, default the machine's own
  --timeout SECONDS      for the tests of one package, default 300`;

await command(main, USAGE);

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { go: { type: "string" }, timeout: { type: "string", default: "300" }, help: { type: "boolean" } },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const { toolchain, missing } = await findToolchain(values.go);
  if (!toolchain) throw new Error(missing);
  const options = { short: true, timeoutSeconds: wholeNumber("timeout", values.timeout), ci: false };
  let worse = 0;
  for (const name of positionals.length ? positionals : WASI_PACKAGES) {
    const one = { package: name, goos: "wasip1", variant: "plain", toolchain };
    const report = await compareHosts(one, options);
    console.log(report.text);
    worse += report.worse.length;
  }
  return worse > 0 ? 1 : 0;
}
