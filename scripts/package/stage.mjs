// Lays a package's files out in a folder, as they are published, and has npm pack it.

import { cp, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gunzipSync } from "node:zlib";
import { root } from "../paths.mjs";
import { run } from "../process.mjs";
import { nativeNotices, webNotices } from "./notices.mjs";
import { platforms } from "./platforms.mjs";

const brotli = promisify(brotliCompress);

/** Bytes: of all files of the main package, and of a platform's tarball. */
const bounds = { unpacked: 8e6, platform: 2.5e6 };

/**
 * Packs the main package from what `npm run build` left.
 *
 * @param {string} out folder for the tarball
 * @returns {Promise<string>} its path
 */
export async function packMain(out) {
  const { scripts: _, devDependencies: __, ...manifest } = await ownManifest();
  const optional = platforms.map(({ name }) => [name, manifest.version]);
  const folder = await emptyFolder(out, "gowasp");
  await writeManifest(folder, { ...manifest, optionalDependencies: Object.fromEntries(optional) });
  // What begins with `!` is left out by npm.
  for (const name of manifest.files.filter((/** @type {string} */ name) => name !== notices && !name.startsWith("!"))) {
    await cp(join(root, name), join(folder, name), { recursive: true });
  }
  // Only `npx gowasp` runs it, in Node, which can decode.
  const full = join(folder, "dist/optimizer-full_bg.wasm");
  const params = { [constants.BROTLI_PARAM_LGWIN]: 24 };
  await writeFile(`${full}.br`, await brotli(await readFile(full), { params }));
  await rm(full);
  // The repository's README is for who has a clone; npm shows this one.
  await cp(join(root, "scripts/package/README.md"), join(folder, "README.md"));
  await writeFile(join(folder, notices), await webNotices());
  const { path, unpackedSize } = await npmPack(folder, out);
  if (unpackedSize > bounds.unpacked) throw new Error(`${path} is ${unpackedSize} bytes unpacked: too many`);
  return path;
}

/**
 * Packs the package of a platform.
 *
 * @param {import("./platforms.mjs").Platform} platform
 * @param {string} program the stripped program
 * @param {string} out folder for the tarball
 * @returns {Promise<string>} its path
 */
export async function packPlatform(platform, program, out) {
  const { version, license, engines, repository } = await ownManifest();
  const folder = await emptyFolder(out, platform.name.slice(1).replace("/", "-"));
  const executable = platform.manifest.os.includes("win32") ? "gowasp.exe" : "gowasp";
  await writeManifest(folder, {
    name: platform.name,
    version,
    description: `The program of gowasp for ${platform.target}`,
    license,
    repository,
    engines,
    ...platform.manifest,
    files: [executable, notices],
    // Yarn's Plug'n'Play otherwise keeps packages in archives, from where no program can be started.
    preferUnplugged: true,
  });
  await cp(program, join(folder, executable));
  await cp(join(root, "LICENSE"), join(folder, "LICENSE"));
  await writeFile(join(folder, notices), await nativeNotices(platform.target));
  const text = `# ${platform.name}\n\nThe program of [gowasp](https://www.npmjs.com/package/gowasp) for ${platform.target}.\n`;
  await writeFile(join(folder, "README.md"), text);
  const { path } = await npmPack(folder, out);
  const { size } = await stat(path);
  if (size > bounds.platform) throw new Error(`${path} has ${size} bytes: too many`);
  return path;
}

const notices = "THIRD-PARTY-NOTICES";

const ownManifest = async () => JSON.parse(await readFile(join(root, "package.json"), "utf8"));

async function emptyFolder(/** @type {string} */ out, /** @type {string} */ name) {
  const folder = join(out, name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  return folder;
}

async function writeManifest(/** @type {string} */ folder, /** @type {object} */ manifest) {
  await writeFile(join(folder, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

/** @returns {Promise<{ path: string, unpackedSize: number }>} */
async function npmPack(/** @type {string} */ folder, /** @type {string} */ out) {
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", out];
  const answer = JSON.parse(await run(npm, args, { cwd: folder, output: "result" }));
  // npm 11 answers with a list, earlier releases, too; with workspaces it is an object.
  const [{ filename, unpackedSize }] = /** @type {any[]} */ (Object.values(answer));
  const path = join(out, filename.replace("@", "").replace("/", "-"));
  await compressAgain(path);
  return { path, unpackedSize };
}

/** The zlib that Node brings is made for speed: its files are 5 % larger at every level than those of gzip. */
async function compressAgain(/** @type {string} */ tarball) {
  const tar = tarball.replace(/\.tgz$/, ".tar");
  await writeFile(tar, gunzipSync(await readFile(tarball)));
  await run("gzip", ["--best", "--no-name", "--force", tar]);
  await rename(`${tar}.gz`, tarball);
}
