// The native program as it is shipped, and its debug information in a file of its own.

import { copyFile, cp } from "node:fs/promises";
import { join } from "node:path";
import { root, targetDir } from "../paths.mjs";
import { run } from "../process.mjs";

/** What few runs need is left to the second WebAssembly program of the main package: see npx/gowasp.mjs. */
export const nativeFeatures = ["--no-default-features", "--features", "native"];

/**
 * What libzstd is built without: at level 19, the only one that is asked for, it searches by `btultra2`, whatever the
 * file's size (lib/compress/clevels.h of 1.5.7). Its decoder only tests what was written, so one of each kind does.
 */
const zstdFlags = [
  ...["DFAST", "GREEDY", "LAZY", "LAZY2", "BTLAZY2", "BTOPT"].map((name) => `-DZSTD_EXCLUDE_${name}_BLOCK_COMPRESSOR`),
  "-DHUF_FORCE_DECOMPRESS_X1",
  "-DZSTD_FORCE_DECOMPRESS_SEQUENCES_SHORT",
];

/** The environment that the program is built in: this one as it is now, with the flags for libzstd. */
export const nativeEnvironment = () => ({
  ...process.env,
  CFLAGS: [process.env.CFLAGS, ...zstdFlags].filter(Boolean).join(" "),
});

/**
 * Builds the program by the profile `dist`, without the commands that npm's package has as WebAssembly.
 *
 * @param {string} target Rust's name of the platform
 * @param {string} folder where the debug information goes
 * @returns {Promise<string>} the stripped program
 */
export async function buildProgram(target, folder) {
  const args = ["build", "--locked", "--profile", "dist", "-p", "gowasp", ...nativeFeatures, "--target", target];
  // Apple's linker leaves debug information in object files unless it is told to collect it.
  const split = target.includes("apple") ? ["--config", 'profile.dist.split-debuginfo="packed"'] : [];
  // Nothing unwinds where a panic aborts, so the tables for it would be dead weight. Windows demands them. Functions of the
  // standard library have theirs, and what is inlined from there brings them along; see below.
  const flags = `target.${target}.rustflags=["-Cforce-unwind-tables=no"]`;
  const tables = target.includes("windows") ? [] : ["--config", flags];
  await run("cargo", [...args, ...split, ...tables], { cwd: root, env: nativeEnvironment() });
  const built = join(targetDir, target, "dist");
  return splitDebugInfo(target, built, join(folder, `gowasp-${target}`));
}

async function splitDebugInfo(
  /** @type {string} */ target,
  /** @type {string} */ built,
  /** @type {string} */ destination,
) {
  if (target.includes("windows")) {
    // The linker has split them already.
    await copyFile(join(built, "gowasp.pdb"), `${destination}.pdb`);
    return join(built, "gowasp.exe");
  }
  const program = join(built, "gowasp");
  const stripped = join(built, "gowasp-stripped");
  if (target.includes("apple")) {
    await cp(join(built, "gowasp.dSYM"), `${destination}.dSYM`, { recursive: true });
    await run("strip", ["-o", stripped, program]);
    return stripped;
  }
  const debug = `${destination}.debug`;
  await run("objcopy", ["--only-keep-debug", program, debug]);
  const tables = [".eh_frame", ".eh_frame_hdr"].map((section) => `--remove-section=${section}`);
  await run("objcopy", ["--strip-all", ...tables, `--add-gnu-debuglink=${debug}`, program, stripped]);
  return stripped;
}
