// The engines beside Node's: wazero and wasmtime in the cache, Firefox and WebKit from the distribution.

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { findProgram } from "../../npx/find-program.mjs";
import { wasmtime, wasmtimeHome, wazero, wazeroPath } from "../engines.mjs";
import { run } from "../process.mjs";
import { canInstallPackages, installPackages } from "./apt.mjs";
import { found, missing } from "./outcome.mjs";
import { installFromPyPi } from "./pip.mjs";

/**
 * Finds wazero, or compiles it (a minute).
 *
 * @param {(text: string) => void} progress called before long work
 * @returns {Promise<import("./outcome.mjs").Outcome>}
 */
export async function wazeroEngine(progress) {
  const name = `wazero ${wazero.version}`;
  if (existsSync(wazeroPath)) return found(name, wazeroPath, wazeroPath);
  const source = `${wazero.module}@v${wazero.version}`;
  progress(`go install ${source}`);
  try {
    const env = { ...process.env, GOBIN: dirname(wazeroPath), GOFLAGS: "", GOOS: "", GOARCH: "" };
    await run("go", ["install", source], { output: "capture", env });
  } catch (error) {
    return missing(name, error.message, `Run \`GOBIN=${dirname(wazeroPath)} go install ${source}\`.`);
  }
  return found(name, `installed at ${wazeroPath}`, wazeroPath);
}

/**
 * Finds wasmtime's Python package, or installs it.
 *
 * @param {(text: string) => void} progress called before long work
 * @returns {Promise<import("./outcome.mjs").Outcome>}
 */
export async function wasmtimeEngine(progress) {
  const name = `wasmtime ${wasmtime.version}`;
  if (existsSync(join(wasmtimeHome, "wasmtime"))) return found(name, wasmtimeHome);
  try {
    await installFromPyPi({ name: "wasmtime", ...wasmtime }, wasmtimeHome, progress);
  } catch (error) {
    const command = `python3 -m pip install --no-deps --target ${wasmtimeHome} wasmtime==${wasmtime.version}`;
    return missing(name, error.message, `Run \`${command}\`.`);
  }
  return found(name, `installed at ${wasmtimeHome}`);
}

/** Debian's packages of the browsers that only benchmarks and tests of other engines use. */
const browsers = {
  Firefox: { programs: ["firefox", "firefox-esr"], packages: ["firefox-esr"] },
  // Its MiniBrowser has no headless mode and runs under a virtual screen.
  WebKit: { programs: ["WebKitWebDriver"], packages: ["webkit2gtk-driver", "xvfb"] },
};

/** Both browsers, in turn: each is found, or installed where that needs no questions. */
export const otherBrowsers = Object.entries(browsers).map(([name, { programs, packages }]) => async (progress) => {
  const installed = findProgram(programs);
  if (installed) return found(name, installed, installed);
  const hint = `Run \`apt-get install ${packages.join(" ")}\`.`;
  if (!(await canInstallPackages())) return missing(name, "not found", hint);
  progress(`installing ${packages.join(", ")} by apt-get`);
  try {
    await installPackages(packages);
  } catch (error) {
    return missing(name, `apt-get could not install it: ${error.message}`, hint);
  }
  const path = findProgram(programs);
  return path ? found(name, `installed ${path}`, path) : missing(name, "the package has no program", hint);
});
