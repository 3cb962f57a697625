/**
 * Runs a `GOOS=wasip1` program with node:wasi.
 *
 *     node wasip1.mjs DRIVE_MJS PROGRAM_WASM [ARGUMENT...]     (DRIVE_MJS may be empty)
 */
import fs from "node:fs";
import { WASI } from "node:wasi";
import { loadDriver } from "./driver.mjs";

const [drivePath, wasm, ...args] = process.argv.slice(2);
const wasi = new WASI({
  version: "preview1",
  args: ["program", ...args],
  env: { ...process.env, PWD: process.cwd() },
  preopens: { "/": "/" },
});

// Node 20 can crash when optimizing engines call its native WASI functions directly, with any module.
const wrapped = {};
for (const [name, native] of Object.entries(wasi.wasiImport)) {
  wrapped[name] = (...values) => native(...values);
}
// libuv can end the process when a standard stream is closed. Go closes descriptor 0 where it gives up a connection
// of its fake network, which has no descriptor (net/net_fake.go).
const { fd_close } = wrapped;
wrapped.fd_close = (fd) => (fd <= 2 ? 0 : fd_close(fd));

const driver = await loadDriver(drivePath, wasm);
const module = await WebAssembly.compile(fs.readFileSync(wasm));
const imports = { wasi_snapshot_preview1: wrapped, ...driver.imports };
const instance = await WebAssembly.instantiate(module, imports);
driver.attach(instance);
if (instance.exports._initialize) {
  wasi.initialize(instance);
  await driver.drive();
} else {
  process.exitCode = wasi.start(instance);
}
