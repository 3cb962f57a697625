// `npm run test:hosts`: plugins in plugin systems and in the examples' hosts, then everything about components, one after the other.

import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { table } from "../bench/measure/table.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const commands = [
  ["run.mjs"],
  ["../components/run.mjs", "--go", "all"],
  ["../components/run.mjs", "--quick", "--go", "1.24.13,1.26.8", "--host", "wasmtime-39,jco-1.15,wasmtime-crate"],
  ["../components/std.mjs"],
  ["../components/http.mjs", "--host", "jco,wasmtime-crate"],
];
const rows = commands.map(([script, ...args]) => {
  const name = [script, ...args].join(" ");
  console.log(`── ${name}`);
  const start = performance.now();
  const { status } = spawnSync(process.execPath, [join(HERE, script), ...args], { stdio: "inherit" });
  return [name, status === 0 ? "passed" : "failed", `${((performance.now() - start) / 1000).toFixed(0)} s`];
});
console.log(`\n${table(["command", "outcome", "time"], rows, 2)}`);
process.exitCode = rows.some(([, outcome]) => outcome === "failed") ? 1 : 0;
