/**
 * Runs Go's own tests by gowasp-exec, and names those that pass under Go's own hosts in Node and not there.
 *
 *     node tests/std/exec.mjs [PACKAGE...] [--goos js,wasip1] [--go 1.26.8] [--timeout SECONDS]
 *
 * Exit code 0 when there are none, 1 otherwise.
 */
import { parseArgs } from "node:util";
import { command, known, wholeNumber } from "../harness/command.mjs";
import { findToolchain } from "../harness/toolchain.mjs";
import { compareHosts, EXEC, EXEC_PACKAGES } from "./hosts.mjs";

const USAGE = `usage: node tests/std/exec.mjs [PACKAGE...] [options]

  PACKAGE                standard packages whose tests to run; default for js ${EXEC_PACKAGES.js.join(" ")},
                         for wasip1 ${EXEC_PACKAGES.wasip1.join(" ")}
  --goos js,wasip1       systems, default both
  --go 1.26.8            a Go release, default the machine's own
  --timeout SECONDS      for the tests of one package, default 300`;

await command(main, USAGE);

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      goos: { type: "string", default: Object.keys(EXEC).join(",") },
      go: { type: "string" },
      timeout: { type: "string", default: "300" },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const { toolchain, missing } = await findToolchain(values.go);
  if (!toolchain) throw new Error(missing);
  const options = { short: true, timeoutSeconds: wholeNumber("timeout", values.timeout), ci: false };
  let worse = 0;
  for (const goos of known("system", values.goos.split(","), Object.keys(EXEC))) {
    for (const name of positionals.length ? positionals : EXEC_PACKAGES[goos]) {
      const one = { package: name, goos, variant: "plain", toolchain };
      const report = await compareHosts(one, options, EXEC[goos]);
      console.log(`${goos} ${report.text}`);
      worse += report.worse.length;
    }
  }
  return worse > 0 ? 1 : 0;
}
