// `npm run test:hosts`: everything about components, one after the other.

import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const commands = [
  ["run.mjs", "--go", "all"],
  ["run.mjs", "--quick", "--go", "1.24.13,1.26.8", "--host", "wasmtime-39,jco-1.15"],
  ["std.mjs"],
  ["http.mjs"],
];
const failed = commands.filter(([script, ...args]) => {
  console.log(`── ${[script, ...args].join(" ")}`);
  return spawnSync(process.execPath, [join(HERE, script), ...args], { stdio: "inherit" }).status !== 0;
});
for (const command of failed) console.log(`failed: ${command.join(" ")}`);
process.exitCode = failed.length > 0 ? 1 : 0;
