// What the main package promises to those who import it.

import { existsSync } from "node:fs";
import { cp, mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "../../scripts/paths.mjs";
import { run } from "../../scripts/process.mjs";

/** @typedef {{ name: string, check: (context: import("./run.mjs").Context) => Promise<void> }} Check */

const consumer = fileURLToPath(new URL("consumer", import.meta.url));

/** @type {Check[]} */
export const checks = [
  {
    name: "publint",
    check: async ({ tools, tarball }) => {
      await node([join(tools, "publint/src/cli.js"), "--strict", tarball]);
    },
  },
  {
    name: "attw",
    check: async ({ tools, tarball }) => {
      // A module of WebAssembly has no types.
      const options = ["--profile", "esm-only", "--exclude-entrypoints", "decoder_bg.wasm"];
      await node([join(tools, "@arethetypeswrong/cli/dist/index.js"), tarball, ...options]);
    },
  },
  ...["this Node", "node-20.19", "node-22.12"].map((name) => ({
    name: `require("gowasp") in ${name}`,
    check: async (/** @type {import("./run.mjs").Context} */ context) => {
      const program = name === "this Node" ? process.execPath : join(context.tools, name, "bin/node");
      if (!existsSync(program)) throw new Error(`${program} is not there: it is for Linux on x64`);
      const project = await installed(context);
      await run(program, ["required.cjs"], { cwd: project, output: "capture" });
    },
  })),
  {
    name: 'require("gowasp") in Jest',
    check: async (context) => {
      const project = await installed(context);
      // The option lets Jest load ES modules at all.
      const args = ["--experimental-vm-modules", join(context.tools, "jest/bin/jest.js"), "--rootDir", project];
      await node([...args, "--coverage=false"], project);
    },
  },
  ...["node16", "nodenext", "bundler"].flatMap((resolution) =>
    [true, false].map((dom) => ({
      name: `types: ${resolution} resolution, ${dom ? "with" : "without"} lib dom`,
      check: (/** @type {import("./run.mjs").Context} */ context) => checkTypes(context, resolution, dom),
    })),
  ),
];

async function checkTypes(
  /** @type {import("./run.mjs").Context} */ context,
  /** @type {string} */ resolution,
  /** @type {boolean} */ dom,
) {
  const project = await installed(context);
  const lib = ["ES2022", ...(dom ? ["DOM", "DOM.Iterable"] : [])];
  const compilerOptions = {
    module: resolution === "bundler" ? "ESNext" : resolution,
    moduleResolution: resolution,
    target: "ES2022",
    lib,
    types: [],
    strict: true,
    noEmit: true,
    // Only lib dom declares WebAssembly. Whoever does without cannot check declarations that speak of it.
    skipLibCheck: !dom,
  };
  await writeFile(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["types.mts"] }));
  await run(join(root, "node_modules/.bin/tsc"), ["-p", project], { cwd: project, output: "capture" });
}

/** @returns {Promise<string>} a folder with the files of `consumer`, where the package is installed */
async function installed(/** @type {import("./run.mjs").Context} */ { folder, tarball, registry }) {
  const project = await mkdtemp(join(folder, "consumer-"));
  await cp(consumer, project, { recursive: true });
  const options = ["--omit=optional", "--no-audit", "--no-fund", "--userconfig", registry.npmrc];
  await run("npm", ["install", tarball, ...options], { cwd: project, output: "capture" });
  return project;
}

const node = (/** @type {string[]} */ args, cwd = root) =>
  run(process.execPath, args, { cwd, output: "capture" }).then(() => {});
