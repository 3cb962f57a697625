// The packages with the native program, one per platform, and what each is built for.

/**
 * @typedef {object} Platform
 * @property {string} name of the npm package
 * @property {string} target Rust's name of the platform
 * @property {{ os: string[], cpu: string[], libc?: string[] }} manifest fields of package.json by which npm decides
 *   whether to install it
 */

/** @type {readonly Platform[]} */
export const platforms = [
  ...["x64", "arm64"].flatMap((cpu) => [
    linux(`linux-${cpu}`, cpu, "glibc", "gnu"),
    linux(`linux-${cpu}-musl`, cpu, "musl", "musl"),
  ]),
  { name: "@gowasp/darwin-x64", target: "x86_64-apple-darwin", manifest: { os: ["darwin"], cpu: ["x64"] } },
  { name: "@gowasp/darwin-arm64", target: "aarch64-apple-darwin", manifest: { os: ["darwin"], cpu: ["arm64"] } },
  // Windows on ARM runs programs for x64.
  { name: "@gowasp/win32-x64", target: "x86_64-pc-windows-msvc", manifest: { os: ["win32"], cpu: ["x64", "arm64"] } },
];

/** @returns {Platform} */
function linux(
  /** @type {string} */ name,
  /** @type {string} */ cpu,
  /** @type {string} */ libc,
  /** @type {string} */ abi,
) {
  const architecture = cpu === "x64" ? "x86_64" : "aarch64";
  return {
    name: `@gowasp/${name}`,
    target: `${architecture}-unknown-linux-${abi}`,
    manifest: { os: ["linux"], cpu: [cpu], libc: [libc] },
  };
}
