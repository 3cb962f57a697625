/**
 * Runs a `GOOS=wasip1` program with the loader of this package, on its own WASI, as built by `npm run build`.
 *
 *     node loader_wasip1.mjs DIST_INDEX_JS DRIVE_MJS PROGRAM_WASM [ARGUMENT...]     (DRIVE_MJS may be empty)
 */
import os from "node:os";
import { pathToFileURL } from "node:url";
import { loadDriver } from "./driver.mjs";

const [dist, drivePath, wasm, ...args] = process.argv.slice(2);
const { load } = await import(pathToFileURL(dist));

const driver = await loadDriver(drivePath, wasm);
const app = await load(pathToFileURL(wasm).href, {
  args,
  env: { TMPDIR: os.tmpdir(), ...process.env },
  fs: "node",
  imports(memory) {
    // A command has come to its end when load() resolves.
    driver.attach({
      exports: {
        get memory() {
          return memory();
        },
      },
    });
    return driver.imports;
  },
});
driver.attach(app);
if (driver.drives) await driver.drive();
process.exit(await app.exited);
