/**
 * As wasmtime_run.py, in Node; hosts that forget `_initialize` are this one with FORGET=1.
 *
 *     node node_run.mjs DATA_DIR WASM INSTANCES EXPORT[=NUMBER]...
 */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WASI } from "node:wasi";

const [data, file, instances, ...calls] = process.argv.slice(2);
const module = await WebAssembly.compile(readFileSync(file));
const work = mkdtempSync(join(tmpdir(), "gowasp-snapshot-"));
for (let number = 0; number < Number(instances); number++) {
  const output = join(work, "output");
  const stdout = openSync(output, "w");
  const wasi = new WASI({
    version: "preview1",
    args: ["program", `argument ${number}`],
    env: { K: `value ${number}` },
    preopens: { "/data": data },
    stdout,
  });
  const instance = await WebAssembly.instantiate(module, wasi.getImportObject());
  const { _initialize, ...exports } = instance.exports;
  // Node's WASI needs to know the memory.
  wasi.initialize({ exports: { ...exports, _initialize: process.env.FORGET ? () => {} : _initialize } });
  const returned = calls.map((call) => {
    const [name, argument] = call.split("=");
    return exports[name](...(argument ? [Number(argument)] : [])) ?? null;
  });
  closeSync(stdout);
  const written = readFileSync(output, "utf8").trimEnd().split("\n");
  console.log(JSON.stringify({ returned, written }));
}
rmSync(work, { recursive: true });
