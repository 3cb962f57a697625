// `npm run test:package`: the packages as they would be published, in the hands of those who install them.

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { platformPackage, thisMachine } from "../../npx/platform.mjs";
import { platforms } from "../../scripts/package/platforms.mjs";
import { packPlatform } from "../../scripts/package/stage.mjs";
import { makePackages } from "../../scripts/package.mjs";
import { root } from "../../scripts/paths.mjs";
import { run } from "../../scripts/process.mjs";
import { command } from "../harness/command.mjs";
import { checks } from "./checks.mjs";
import { tryInstall } from "./install.mjs";
import { installs } from "./installs.mjs";
import { startRegistry } from "./registry.mjs";
import { packageTools } from "./tools.mjs";

const usage = `Usage: npm run test:package [-- --only TEXT] [--program FILE]

Makes the packages, publishes them to a registry on this machine and installs them in every way.

  --only TEXT      only what has this in its name
  --program FILE   the stripped native program, instead of building it`;

await command(async () => {
  const { values } = parseArgs({ options: { only: { type: "string", default: "" }, program: { type: "string" } } });
  const tools = await packageTools();
  const folder = await mkdtemp(join(tmpdir(), "gowasp-package-"));
  try {
    const out = join(folder, "packages");
    const tarballs = await makePackages({ out, program: values.program });
    const registry = await startRegistry(tools, join(folder, "registry"));
    try {
      for (const tarball of [...tarballs, ...(await imitations(out))]) await registry.publish(tarball);
      const wasm = join(folder, "hello.wasm");
      await buildHello(wasm);
      const context = { folder, tools, registry, wasm, tarball: tarballs[0] ?? "" };
      return await runAll(tests(context).filter(({ name }) => name.includes(values.only)));
    } finally {
      await registry.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, usage);

/**
 * @typedef {object} Context
 * @property {string} folder to work in
 * @property {string} tools
 * @property {import("./registry.mjs").Registry} registry that has the packages
 * @property {string} wasm a Go program
 * @property {string} tarball the main package
 */

/** @returns {{ name: string, test: () => Promise<void> }[]} */
function tests(/** @type {Context} */ context) {
  const native = platformPackage(thisMachine()) !== undefined;
  return [
    ...installs.map((install) => ({
      name: install.name,
      test: () => tryInstall(native ? install : { ...install, runs: "WebAssembly" }, context),
    })),
    ...checks.map(({ name, check }) => ({ name, test: () => check(context) })),
  ];
}

async function runAll(/** @type {{ name: string, test: () => Promise<void> }[]} */ all) {
  let failed = 0;
  for (const { name, test } of all) {
    const start = performance.now();
    const problem = await test().then(
      () => undefined,
      (error) => error,
    );
    console.log(`${problem ? "✗" : "✓"} ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
    if (!problem) continue;
    failed += 1;
    console.log(problem.message.replace(/^/gm, "    "));
  }
  console.log(`\n${all.length - failed} passed, ${failed} failed`);
  return failed > 0 ? 1 : 0;
}

/** Packages of the other platforms, so that package managers have to choose; their program is none. */
async function imitations(/** @type {string} */ out) {
  const own = platformPackage(thisMachine());
  const tarballs = [];
  for (const platform of platforms.filter(({ name }) => name !== own)) {
    tarballs.push(await packPlatform(platform, join(root, "LICENSE"), out));
  }
  return tarballs;
}

async function buildHello(/** @type {string} */ wasm) {
  await mkdir(join(wasm, ".."), { recursive: true });
  const env = { ...process.env, GOOS: "js", GOARCH: "wasm", GOFLAGS: "" };
  await run("go", ["build", "-o", wasm, "./hello"], { cwd: join(root, "tests/programs"), env });
}
