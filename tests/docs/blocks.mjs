// The code blocks of the documentation, and how each of them is run.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/paths.mjs";

/**
 * A fenced code block. What follows the language says how it is run:
 *
 * - `js page`, `ts page`: a module script of a page that has the package in its import map
 * - `html page`: a whole page
 * - `js node`: a module in Node, in a project that has the package installed
 * - `sh`: in such a project; the blocks of a file one after the other
 * - `… file=NAME`: a file that lies beside the page or in the project when the file's other blocks run
 * - `… fragment`: not at all, for what needs a server, an account or a bundler's project
 *
 * A comment `// prints TEXT` behind a `console.log` says what it must print.
 *
 * @typedef {object} Block
 * @property {string} path of the document, relative to the repository
 * @property {number} line
 * @property {string} language
 * @property {"page" | "node" | "shell" | "file" | "fragment" | "output" | undefined} kind undefined where nothing says
 * @property {string | undefined} file
 * @property {string} text
 */

/** README.md, the npm package's, and all of docs, relative to the repository. */
export function documents() {
  const below = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" });
  const pages = below.filter((name) => name.endsWith(".md")).map((name) => join("docs", name));
  return ["README.md", "scripts/package/README.md", ...pages.sort()];
}

/** @returns {Block[]} */
export function blocksOf(/** @type {string} */ path) {
  const text = readFileSync(join(root, path), "utf8");
  return [...text.matchAll(/^```(\S*)(.*)\n([\s\S]*?)^```$/gm)].map(({ 1: language, 2: info, 3: code, index }) => {
    const words = info.trim().split(/\s+/);
    const file = words.find((word) => word.startsWith("file="))?.slice(5);
    const line = text.slice(0, index).split("\n").length;
    return { path, line, language, file, text: code, kind: kindOf(language, words, file) };
  });
}

/** @returns {Block["kind"]} */
function kindOf(/** @type {string} */ language, /** @type {string[]} */ words, /** @type {string | undefined} */ file) {
  if (words.includes("fragment")) return "fragment";
  if (file !== undefined) return "file";
  if (language === "text") return "output";
  if (language === "sh") return "shell";
  if (["js", "ts", "html"].includes(language) && words.includes("page")) return "page";
  return language === "js" && words.includes("node") ? "node" : undefined;
}

/** What a block says that it prints. */
export function printsOf(/** @type {Block} */ { text }) {
  return [...text.matchAll(/\/\/ prints (.+)$/gm)].map(([, line]) => line.trim());
}

/** What of `expected` is not among the lines; in any order, as workers print when they like. */
export function missingIn(/** @type {string[]} */ lines, /** @type {string[]} */ expected) {
  const rest = lines.map((line) => line.trim());
  return expected.filter((line) => {
    const at = rest.indexOf(line);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}
