// Which package holds the native program for a machine.

/**
 * @typedef {object} Machine
 * @property {string} platform as in `process.platform`
 * @property {string} arch as in `process.arch`: that of Node, which npm has chosen packages by
 * @property {"glibc" | "musl"} [libc] on Linux
 */

/** What is published, see scripts/package/platforms.mjs. @type {Readonly<Record<string, string>>} */
const packages = {
  "linux x64 glibc": "@gowasp/linux-x64",
  "linux x64 musl": "@gowasp/linux-x64-musl",
  "linux arm64 glibc": "@gowasp/linux-arm64",
  "linux arm64 musl": "@gowasp/linux-arm64-musl",
  "darwin x64": "@gowasp/darwin-x64",
  "darwin arm64": "@gowasp/darwin-arm64",
  "win32 x64": "@gowasp/win32-x64",
  // Windows on ARM runs programs for x64.
  "win32 arm64": "@gowasp/win32-x64",
};

/**
 * @param {Machine} machine
 * @returns {string | undefined} the package's name; undefined where only the WebAssembly program runs
 */
export function platformPackage({ platform, arch, libc }) {
  const key = [platform, arch, platform === "linux" ? (libc ?? "glibc") : ""].join(" ").trim();
  return Object.hasOwn(packages, key) ? packages[key] : undefined;
}

/** @returns {Machine} the one that this runs on */
export function thisMachine() {
  const { platform, arch } = process;
  if (platform !== "linux") return { platform, arch };
  // Node's report names the C library that Node runs on, and nothing else does. Without looking up host names, which may
  // take seconds.
  const report = /** @type {any} */ (process.report);
  if (!report) return { platform, arch };
  report.excludeNetwork = true;
  const { header } = /** @type {any} */ (report.getReport());
  return { platform, arch, libc: header.glibcVersionRuntime ? "glibc" : "musl" };
}
