// Packages of PyPI, each in a folder of its own.

import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findProgram } from "../../npx/find-program.mjs";
import { run } from "../process.mjs";
import { canInstallPackages, installPackages } from "./apt.mjs";

/**
 * Installs a package without what it depends on.
 *
 * @param {{ name: string, version: string, hashes: string[] }} package_ SHA-256 of the files that may be installed
 * @param {string} home folder to put it into
 * @param {(text: string) => void} progress called before long work
 * @throws {Error} when there is no pip and none can be installed, or pip fails
 */
export async function installFromPyPi({ name, version, hashes }, home, progress) {
  const line = `${name}==${version}${hashes.map((hash) => ` --hash=sha256:${hash}`).join("")}`;
  await installRequirements(`${line}\n`, home, progress);
}

/**
 * Installs what a requirements file names, and nothing else. The folder appears whole or not at all.
 *
 * @param {string} requirements the file's text, a hash or more for each package
 * @param {string} home folder to put them into
 * @param {(text: string) => void} progress called before long work
 * @throws {Error} as {@link installFromPyPi}
 */
export async function installRequirements(requirements, home, progress) {
  const python = await pythonWithPip(progress);
  const temporary = `${home}.${process.pid}.partial`;
  await mkdir(temporary, { recursive: true });
  try {
    const file = join(temporary, "requirements.txt");
    await writeFile(file, requirements);
    const [first] = /^[\w-]+==\S+/m.exec(requirements) ?? [""];
    progress(`getting ${first} by pip`);
    const options = ["--quiet", "--target", temporary, "--no-deps", "--require-hashes", "-r", file];
    await run(python, ["-m", "pip", "install", ...options], { output: "capture" });
    await rm(home, { recursive: true, force: true });
    await rename(temporary, home);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function pythonWithPip(/** @type {(text: string) => void} */ progress) {
  const usable = async () => {
    for (const path of [findProgram(["python3"]), findProgram(["/usr/bin/python3"])]) {
      if (path && (await run(path, ["-m", "pip", "--version"], { output: "capture" }).catch(() => ""))) return path;
    }
    return undefined;
  };
  const installed = await usable();
  if (installed) return installed;
  if (!(await canInstallPackages())) throw new Error("there is no pip to get it with");
  progress("installing the package python3-pip by apt-get");
  await installPackages(["python3-pip"]);
  const python = await usable();
  if (!python) throw new Error("pip does not start");
  return python;
}
