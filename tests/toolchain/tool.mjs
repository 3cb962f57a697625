/**
 * What `go build -toolexec` calls: runs a tool as WebAssembly, if there is such a module, else the tool itself.
 *
 *     node tool.mjs FOLDER TOOL [ARGUMENT...]
 *
 * `FOLDER` has the modules, `compile.wasm` and so on; `calls` in there gets a line for each that ran.
 */
import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync } from "node:fs";
import { basename, join } from "node:path";
import { WASI_ENGINES } from "../engines/wasi.mjs";

const [folder, tool, ...args] = process.argv.slice(2);
const name = basename(tool, ".exe");
const wasm = join(folder, `${name}.wasm`);
// By the answer to this one, `go build` knows what it has built before.
const runsWasm = existsSync(wasm) && !args.includes("-V=full");
if (runsWasm) appendFileSync(join(folder, "calls"), `${name}\n`);
const [command, ...first] = runsWasm ? WASI_ENGINES.wazero.command(wasm, { keep: true }) : [tool];
const { status, error } = spawnSync(command, [...first, ...args], { stdio: "inherit" });
if (error) throw error;
process.exitCode = status ?? 1;
