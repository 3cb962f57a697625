// What the main package promises to those who import it.

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
    name: "actionlint",
    check: async () => {
      const source = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12";
      const env = { ...process.env, GOFLAGS: "", GOOS: "", GOARCH: "" };
      await run("go", ["run", source, ".github/workflows/release.yml"], { cwd: root, env, output: "capture" });
    },
  },
  {
    name: "publint",
    check: async ({ tools, tarball }) => {
      await node([join(tools, "publint/src/cli.js"), "--strict", tarball]);
    },
  },
  {
    name: "attw",
    check: async ({ tools, tarball }) => {
      // Neither a module of WebAssembly nor a script that is only copied has types.
      const options = ["--profile", "esm-only", "--exclude-entrypoints", "decoder_bg.wasm", "worker.js"];
      await node([join(tools, "@arethetypeswrong/cli/dist/index.js"), tarball, ...options]);
    },
  },
  // These are for Linux on x64.
  ...["node-20.19", "node-22.12", "node-24.11"].map((name) => ({
    name: `require("gowasp") in ${name}`,
    check: async (/** @type {import("./run.mjs").Context} */ context) => {
      const project = await installed(context);
      await run(join(context.tools, name, "bin/node"), ["required.cjs"], { cwd: project, output: "capture" });
    },
  })),
  {
    name: 'require("gowasp") in Jest',
    check: async (context) => {
      const project = await installed(context);
      // Jest itself can require ES modules from Node 24.9 on, with the option that lets it load them at all.
      const args = ["--experimental-vm-modules", join(context.tools, "jest/bin/jest.js"), "--rootDir", project];
      await run(join(context.tools, "node-24.11/bin/node"), args, { cwd: project, output: "capture" });
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
