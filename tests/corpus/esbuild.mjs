/**
 * Runs esbuild's wasm from the command line on small projects and on React.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../scripts/paths.mjs";
import { runChild } from "../harness/child.mjs";
import { NODE_MODULES } from "../harness/inputs.mjs";
import { hostScript } from "../harness/programs/hosts.mjs";

const TIMEOUT_MS = 180_000;

/** Go's own host for Node, as the package ships it. */
const WASM_EXEC_NODE = join(NODE_MODULES, "esbuild-wasm", "wasm_exec_node.js");

/** How to start a wasm file under each host: arguments for node that come before esbuild's own. */
export const HOST_ARGS = {
  wasm_exec: (wasm) => [WASM_EXEC_NODE, wasm],
  loader: (wasm) => [hostScript("loader"), join(root, "dist", "index.js"), "", wasm],
};

const REACT_PAGE = `import * as React from "react";
import { createRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";
import styles from "./page.module.css";
const App = ({ name }: { name: string }) => <h1 className={styles.title}>Hello, {name ?? "😀"}</h1>;
console.log(renderToString(<App name="server" />));
createRoot(document.body).render(<React.StrictMode><App name="page" /></React.StrictMode>);
`;

const COMPONENT = `import type { Props } from "./types";
enum Level { Low = 1, High = Low << 3, Name = "n" }
@decorate class Box<T extends Props> { #secret = 1; static { Box.count = 0 } accessor value!: T; get(this: Box<T>) { return this.#secret ?? Level.High } }
export const view = (p: Props) => <><Box {...p} key="k" on:click={() => p.run?.()}>text &amp; {p.list.map(x => <li>{x}</li>)}</Box></>;
export default async function* stream() { for await (const x of [1n, 2n]) yield x ** 2n; }
`;

const MODULE = `import { answer } from "./answer.js";
export { default as text } from "./text.txt";
export const unused = () => answer / 0, used = \`\${answer}\`;
if (process.env.NODE_ENV !== "production") console.log(used, import.meta.url);
let label = 0; outer: for (const i of [1, 2]) { for (;;) { if (label++ > i) continue outer; } }
`;

/**
 * Files of each project, by path, and the command line run in it; `fails` where esbuild has to report an error, `underLoader`
 * where the test uses the package's loader, too.
 */
export const TASKS = [
  { name: "version", files: {}, args: ["--version"] },
  { name: "help", files: {}, args: ["--help"] },
  {
    name: "React, bundled, minified, with a source map",
    files: { "page.tsx": REACT_PAGE, "page.module.css": ".title { color: rgba(255, 0, 0, .5); & b { inset: 0 } }" },
    args: [
      "page.tsx",
      "--bundle",
      "--minify",
      "--sourcemap",
      "--metafile=out/meta.json",
      "--outdir=out",
      "--log-level=info",
    ],
    underLoader: true,
  },
  {
    name: "TSX to ES2017",
    files: { "component.tsx": COMPONENT },
    args: ["component.tsx", "--target=es2017", "--jsx=automatic", "--sourcemap=inline", "--outfile=out/component.js"],
  },
  ...["esm", "cjs", "iife"].map((format) => ({
    name: `format ${format}`,
    files: { "main.js": MODULE, "answer.js": "exports.answer = 42;", "text.txt": "text\n" },
    args: [
      "main.js",
      "--bundle",
      `--format=${format}`,
      "--platform=node",
      "--tree-shaking=true",
      `--outfile=out/${format}.js`,
    ],
  })),
  {
    name: "standard input",
    files: {},
    stdin: "let   x = 1 + /* c */ 2;",
    args: ["--loader=ts", "--minify"],
    underLoader: true,
  },
  {
    name: "CSS",
    files: {
      "a.css": "@import './b.css'; a { color: #ff0000; & :hover { margin: 0px } }",
      "b.css": "@media (width >= 1px) { b { top: calc(1px + 2px) } }",
    },
    args: ["a.css", "--bundle", "--minify", "--target=chrome90", "--outfile=out/a.css"],
  },
  {
    name: "a syntax error",
    files: { "bad.ts": "let ok = 1;\nconst enum { }\n" },
    args: ["bad.ts", "--bundle"],
    fails: true,
  },
  {
    name: "a missing import",
    files: { "main.js": "import './absent';\n" },
    args: ["main.js", "--bundle"],
    fails: true,
  },
  { name: "a flag that does not exist", files: {}, args: ["--no-such-flag"], fails: true },
];

/**
 * Runs a task in a new directory.
 *
 * @param {(typeof TASKS)[number]} task
 * @param {string[]} hostArgs from `HOST_ARGS`
 * @returns {Promise<{ended: string, stdout: string, stderr: string, written: Record<string, string>}>} `written` holds the
 *   files under `out`
 */
export async function runEsbuild({ files, args, stdin }, hostArgs) {
  const cwd = mkdtempSync(join(tmpdir(), "gowasp-esbuild-"));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
    mkdirSync(join(cwd, "out"));
    const { ended, stdout, stderr } = await runChild("node", ["--stack-size=8192", ...hostArgs, ...args], {
      cwd,
      stdin,
      env: { PATH: process.env.PATH, NODE_PATH: NODE_MODULES, PWD: cwd },
      timeoutMs: TIMEOUT_MS,
    });
    return { ended, stdout, stderr: withoutTimes(stderr), written: readAll(join(cwd, "out")) };
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

/** esbuild ends its summary with the time it took. */
function withoutTimes(text) {
  return text.replace(/Done in \d+m?s/g, "Done in …");
}

function readAll(dir) {
  const written = {};
  for (const name of readdirSync(dir).sort()) written[name] = readFileSync(join(dir, name), "utf8");
  return written;
}
