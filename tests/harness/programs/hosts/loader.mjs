/**
 * Runs a `GOOS=js` program with the loader of this package, as built by `npm run build`.
 *
 *     node loader.mjs DIST_INDEX_JS DRIVE_MJS PROGRAM_WASM [ARGUMENT...]     (DRIVE_MJS may be empty)
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
  imports: driver.imports,
});
driver.attach(app);
try {
  if (driver.drives) await driver.drive();
} catch (error) {
  // Exports of a program that has ended throw; then its exit code tells.
  if (app.failure === undefined) throw error;
}
process.exit(await app.exited);
