// The licences of what is compiled into the packages, by what cargo and npm say of crates and packages, and by the files that these
// bring.

import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { root } from "../paths.mjs";
import { run } from "../process.mjs";
import { nativeFeatures } from "./native.mjs";

/** @returns {Promise<string>} the notices of the main package: of its WebAssembly, and of what its plugin is bundled with */
export const webNotices = async () =>
  noticesOf(
    ["gowasp-web", "gowasp-encoder", "gowasp-loader"],
    "wasm32-unknown-unknown",
    // The second program has all that the first one has, and more.
    ["--features", "gowasp-web/full"],
    await bundledPackages("unplugin"),
  );

/** @returns {Promise<string>} the notices of a native program */
export const nativeNotices = (/** @type {string} */ target) => noticesOf(["gowasp"], target, nativeFeatures);

async function noticesOf(
  /** @type {string[]} */ names,
  /** @type {string} */ target,
  /** @type {string[]} */ features,
  /** @type {Section[]} */ others = [],
) {
  const parts = [
    "gowasp contains the following software of others.\n",
    section("The Rust standard library", "MIT OR Apache-2.0", "https://github.com/rust-lang/rust", [
      await rustLicense(),
    ]),
  ];
  for (const { name, version, license, repository, manifest_path } of await linkedCrates(names, target, features)) {
    const texts = await licenseTexts(dirname(manifest_path));
    parts.push(section(`${name} ${version}`, license ?? "see below", repository ?? "", texts));
  }
  return withoutRepeats([...parts, ...others]).join("\n");
}

/** A package of npm and all that it depends on, as they are installed here. @returns {Promise<Section[]>} */
async function bundledPackages(/** @type {string} */ first) {
  const found = new Map();
  for (const queue = [first]; queue.length > 0; ) {
    const name = queue.pop() ?? "";
    if (found.has(name)) continue;
    const folder = join(root, "node_modules", name);
    const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const { url = "" } = manifest.repository ?? {};
    const texts = await licenseTexts(folder);
    found.set(name, section(`${name} ${manifest.version}`, manifest.license, url.replace(/^git\+|\.git$/g, ""), texts));
    queue.push(...Object.keys(manifest.dependencies ?? {}));
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, section]) => section);
}

/**
 * @typedef {object} Crate
 * @property {string} name
 * @property {string} version
 * @property {string | null} source nothing for those of this repository
 * @property {string | null} license
 * @property {string | null} repository
 * @property {string} manifest_path
 */

/** What is linked into any of these packages: no build scripts, tests or macros. @returns {Promise<Crate[]>} */
async function linkedCrates(
  /** @type {string[]} */ names,
  /** @type {string} */ target,
  /** @type {string[]} */ features,
) {
  const cargo = (/** @type {string[]} */ ...args) => run("cargo", args, { cwd: root, output: "result" });
  const metadata = await cargo("metadata", "--locked", "--format-version", "1", "--filter-platform", target);
  const edges = ["-e", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}"];
  const packages = names.flatMap((name) => ["-p", name]);
  const tree = await cargo("tree", "--locked", "--target", target, ...packages, ...features, ...edges);
  const linked = new Set(tree.split("\n").map((line) => line.split(" ").slice(0, 2).join(" ")));
  return JSON.parse(metadata)
    .packages.filter((/** @type {Crate} */ { name, version, source }) => source && linked.has(`${name} v${version}`))
    .sort((/** @type {Crate} */ a, /** @type {Crate} */ b) => (a.name < b.name ? -1 : 1));
}

/** The licence files of a crate and of the C sources in it. */
async function licenseTexts(/** @type {string} */ folder) {
  const names = (await readdir(folder, { recursive: true })).filter((name) => {
    const [file, ...parents] = name.split(/[\\/]/).reverse();
    return parents.length < 4 && /^(licen[cs]e|copying|notice|copyright|unlicense)/i.test(file ?? "");
  });
  // Where there is a choice, MIT is the one that is taken.
  const chosen = names.some((name) => /^license[-_.]mit/i.test(name))
    ? names.filter((name) => !/^(license[-_.]apache|unlicense)/i.test(name))
    : names;
  const texts = chosen.sort().map((name) => readFile(join(folder, name), "utf8").catch(() => ""));
  return (await Promise.all(texts)).filter(Boolean);
}

/** The standard library's, which toolchains do not always bring: the same text as this project's. */
async function rustLicense() {
  const text = await readFile(join(root, "LICENSE"), "utf8");
  return text.replace(/^Copyright .*/m, "Copyright (c) The Rust Project Contributors");
}

/** @typedef {{ title: string, texts: string[] }} Section */

/** @returns {Section} */
function section(
  /** @type {string} */ name,
  /** @type {string} */ license,
  /** @type {string} */ url,
  /** @type {string[]} */ texts,
) {
  return { title: `${"=".repeat(80)}\n${name} (${license})\n${url}\n`, texts };
}

/** Long texts, such as Apache's, once. */
function withoutRepeats(/** @type {(string | Section)[]} */ parts) {
  /** @type {Map<string, string>} */
  const seen = new Map();
  return parts.map((part) => {
    if (typeof part === "string") return part;
    const name = part.title.split("\n")[1] ?? "";
    const texts = part.texts.map((text) => {
      const key = text.replace(/\s+/g, " ").trim();
      const before = seen.get(key);
      if (before) return `The text is the same as that of ${before}, above.\n`;
      seen.set(key, name);
      return `${text.trim()}\n`;
    });
    return [part.title, ...texts].join("\n");
  });
}
