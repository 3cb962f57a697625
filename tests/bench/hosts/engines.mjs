/**
 * The hosts that plugins are measured in, each a program that takes the same arguments.
 */
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { wasmtime, wasmtimeHome, wazero } from "../../../scripts/engines.mjs";
import { cacheDir } from "../../../scripts/paths.mjs";
import { run } from "../../../scripts/process.mjs";
import { builtCrate } from "../../harness/crates.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));

/**
 * @typedef {object} Engine
 * @property {string} name
 * @property {string[]} command
 * @property {number} share of the rounds that are asked for: interpreters take their time
 * @property {number} calls of each export in a round
 * @property {boolean} takesComponents
 */

/** @returns {Promise<{engines: Engine[], missing: string[]}>} `missing` says what cannot be had here and why */
export async function pluginHosts() {
  const compiled = { share: 1, calls: 20, takesComponents: false };
  const interpreted = { share: 1 / 4, calls: 2, takesComponents: false };
  const wazeroProgram = await buildWazero();
  const engines = [
    { name: `wasmtime ${wasmtime.version}`, command: wasmtimeCommand(), ...compiled, takesComponents: true },
    { name: `wazero ${wazero.version}, compiler`, command: [wazeroProgram, "compiler"], ...compiled },
    { name: `wazero ${wazero.version}, interpreter`, command: [wazeroProgram, "interpreter"], ...interpreted },
    {
      name: `Node ${process.versions.node}`,
      command: [process.execPath, "--no-warnings", join(HERE, "node.mjs")],
      ...compiled,
    },
  ];
  const missing = [];
  try {
    const wasmi = await builtCrate("wasmi", join(HERE, "wasmi"), "gowasp-bench-wasmi");
    engines.push({ name: "wasmi 1.1.0", command: [wasmi], ...interpreted });
  } catch (error) {
    missing.push(`wasmi is not in the table: ${error.message.split("\n")[0]}.`);
  }
  return { engines, missing };
}

const wasmtimeCommand = () => ["python3", join(HERE, "wasmtime.py"), wasmtimeHome];

async function buildWazero() {
  const folder = join(cacheDir, "bench", "hosts");
  mkdirSync(folder, { recursive: true });
  const program = join(folder, "wazero");
  const env = { ...process.env, GOFLAGS: "", GOWORK: "off" };
  await run("go", ["build", "-o", program, "."], { cwd: join(HERE, "wazero"), env, output: "capture" });
  return program;
}
