// `npm run package`: makes the npm packages, as they are published, from this clone.

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { platformPackage, thisMachine } from "../npx/platform.mjs";
import { build } from "./build.mjs";
import { buildProgram } from "./package/native.mjs";
import { platforms } from "./package/platforms.mjs";
import { packMain, packPlatform } from "./package/stage.mjs";
import { root } from "./paths.mjs";
import { CommandError } from "./process.mjs";

const usage = `Usage: npm run package [-- OPTIONS]

Makes tarballs of gowasp and of the package with the native program for this machine, and SHA256SUMS of all in the folder.

  --only main, platform   one of them
  --target TRIPLE         another platform: ${platforms.map(({ target }) => target).join(", ")}
  --program FILE          the program, built elsewhere, instead of building it
  --out DIR               where to (default target/npm)
  --help                  this text`;

/**
 * Makes the packages.
 *
 * @param {{ only?: string, target?: string, program?: string, out?: string }} [options]
 * @returns {Promise<string[]>} the tarballs
 */
export async function makePackages({ only, target, program, out = join(root, "target", "npm") } = {}) {
  await mkdir(out, { recursive: true });
  const tarballs = [];
  if (only !== "platform") {
    await build();
    tarballs.push(await packMain(out));
  }
  if (only !== "main") {
    const platform = choosePlatform(target);
    tarballs.push(await packPlatform(platform, program ?? (await buildProgram(platform.target, out)), out));
  }
  await writeFile(join(out, "SHA256SUMS"), await checksums(out));
  return tarballs;
}

/** What was asked for cannot be packaged. */
class PackageError extends Error {}

function choosePlatform(/** @type {string | undefined} */ target) {
  const name = platformPackage(thisMachine());
  const found = platforms.find((platform) => (target ? platform.target === target : platform.name === name));
  if (!found) throw new PackageError(`there is no package for ${target ?? "this machine"}`);
  return found;
}

/** In the form of `sha256sum --check`. */
async function checksums(/** @type {string} */ folder) {
  const names = (await readdir(folder)).filter((name) => /\.tgz$|\.debug$/.test(name)).sort();
  const lines = names.map(async (name) => {
    const bytes = await readFile(join(folder, name));
    return `${createHash("sha256").update(bytes).digest("hex")}  ${name}\n`;
  });
  return (await Promise.all(lines)).join("");
}

async function main() {
  const text = { type: /** @type {const} */ ("string") };
  const { values } = parseArgs({
    options: { only: text, target: text, program: text, out: text, help: { type: "boolean" } },
  });
  if (values.help) return console.log(usage);
  for (const tarball of await makePackages(values)) console.log(tarball);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await main();
  } catch (error) {
    const wrongUsage = error.code?.startsWith("ERR_PARSE_ARGS");
    if (!wrongUsage && !(error instanceof PackageError || error instanceof CommandError)) throw error;
    console.error(wrongUsage ? `${error.message}\n\n${usage}` : error.message);
    process.exitCode = wrongUsage ? 2 : 1;
  }
}
