// Debian's and Ubuntu's packages, where this user may install them without being asked.

import { findProgram } from "../../npx/find-program.mjs";
import { run } from "../process.mjs";

/** Whether {@link installPackages} can work here: apt-get exists, and this is root or sudo needs no password. */
export async function canInstallPackages() {
  return findProgram(["apt-get"]) !== undefined && (await privilege()) !== undefined;
}

/**
 * Installs packages by apt-get, without recommended extras and without questions.
 *
 * @param {string[]} packages
 * @throws {import("../process.mjs").CommandError} when a package does not exist or cannot be fetched
 */
export async function installPackages(packages) {
  const prefix = (await privilege()) ?? [];
  const aptGet = async (/** @type {string[]} */ ...args) => {
    const [command, ...rest] = [...prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", ...args];
    await run(command, rest, { output: "capture" });
  };
  // A fresh image has no package lists, an old one has lists of versions that are gone.
  await aptGet("update");
  await aptGet("install", "-y", "--no-install-recommends", ...packages);
}

async function privilege() {
  if (process.getuid?.() === 0) return [];
  if (!findProgram(["sudo"])) return undefined;
  return run("sudo", ["-n", "true"], { output: "capture" }).then(
    () => ["sudo", "-n"],
    () => undefined,
  );
}
