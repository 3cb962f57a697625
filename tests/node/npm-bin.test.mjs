// `npx gowasp`: which program it runs, and that it is indistinguishable from it.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { platformPackage, thisMachine } from "../../npx/platform.mjs";
import { platforms } from "../../scripts/package/platforms.mjs";
import { runNode } from "../harness/child.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const noWindows = { skip: process.platform === "win32" ? "uses shell scripts and signals" : false };
const ownPackage = platformPackage(thisMachine());
const withPackage = {
  skip: ownPackage && process.platform !== "win32" ? false : "no package of this platform can be imitated by a script",
};

/** As npm lays it out: beside the packages of platforms, with nothing built. @type {string} */
let modules;

before(async () => {
  modules = join(await mkdtemp(join(tmpdir(), "gowasp-bin-")), "node_modules");
  const main = join(modules, "gowasp");
  await mkdir(main, { recursive: true });
  await cp(join(root, "npx"), join(main, "npx"), { recursive: true });
  await cp(join(root, "package.json"), join(main, "package.json"));
  await symlink(join(root, "dist"), join(main, "dist"), "junction");
});
after(() => rm(dirname(modules), { recursive: true, force: true }));

/** Node's own folder is all that PATH needs. */
const bare = { PATH: dirname(process.execPath) };

async function runScript(/** @type {string[]} */ args, /** @type {NodeJS.ProcessEnv} */ env = bare) {
  const script = join(modules, "gowasp", "npx", "gowasp.mjs");
  const { exitCode, stdout, stderr } = await runNode([script, ...args], { env });
  // What it says before it runs anything is the warning.
  return { code: exitCode, output: stderr + stdout };
}

/** Puts a shell script where the program of this platform's package is. */
async function installPlatform(/** @type {string} */ script, /** @type {string} */ version, mode = 0o755) {
  const folder = join(modules, /** @type {string} */ (ownPackage));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: ownPackage, version }));
  await writeFile(join(folder, "gowasp"), script, { mode });
  return { remove: () => rm(folder, { recursive: true }) };
}

const ownVersion = async () => JSON.parse(await readFile(join(root, "package.json"), "utf8")).version;

test("a machine's package follows from platform, architecture and C library", () => {
  /** @type {[import("../../npx/platform.mjs").Machine, string | undefined][]} */
  const table = [
    [{ platform: "linux", arch: "x64", libc: "glibc" }, "@gowasp/linux-x64"],
    [{ platform: "linux", arch: "arm64", libc: "glibc" }, "@gowasp/linux-arm64"],
    // Alpine.
    [{ platform: "linux", arch: "x64", libc: "musl" }, "@gowasp/linux-x64-musl"],
    [{ platform: "linux", arch: "arm64", libc: "musl" }, "@gowasp/linux-arm64-musl"],
    // A Node without `process.report`.
    [{ platform: "linux", arch: "x64" }, "@gowasp/linux-x64"],
    [{ platform: "darwin", arch: "arm64" }, "@gowasp/darwin-arm64"],
    // An Intel Mac, and Node for Intel under Rosetta: npm has installed for the architecture that Node says.
    [{ platform: "darwin", arch: "x64" }, "@gowasp/darwin-x64"],
    [{ platform: "win32", arch: "x64" }, "@gowasp/win32-x64"],
    // Windows on ARM runs programs for x64.
    [{ platform: "win32", arch: "arm64" }, "@gowasp/win32-x64"],
    // WebAssembly runs there.
    [{ platform: "win32", arch: "ia32" }, undefined],
    [{ platform: "android", arch: "arm64" }, undefined],
    [{ platform: "freebsd", arch: "x64" }, undefined],
    [{ platform: "linux", arch: "riscv64", libc: "glibc" }, undefined],
    [{ platform: "linux", arch: "ia32", libc: "musl" }, undefined],
  ];
  for (const [machine, name] of table) assert.equal(platformPackage(machine), name, JSON.stringify(machine));
});

test("npm installs for a machine the package that is looked for there", () => {
  const architectures = ["x64", "arm64", "ia32", "riscv64"];
  for (const platform of /** @type {const} */ (["linux", "darwin", "win32", "android", "freebsd"])) {
    for (const arch of architectures) {
      for (const libc of platform === "linux" ? /** @type {const} */ (["glibc", "musl"]) : [undefined]) {
        const installed = platforms.filter(
          ({ manifest: { os, cpu, libc: wanted } }) =>
            os.includes(platform) && cpu.includes(arch) && (!wanted || (libc && wanted.includes(libc))),
        );
        const names = installed.map(({ name }) => name);
        const looked = platformPackage({ platform, arch, libc });
        assert.deepEqual(names, looked ? [looked] : [], `${platform} ${arch} ${libc}`);
      }
    }
  }
});

test("GOWASP_BINARY is run; arguments, output and exit code are passed on", noWindows, async () => {
  const env = { ...bare, GOWASP_BINARY: "/bin/sh" };
  const { code, output } = await runScript(["-c", 'echo "$1"; exit 7', "sh", "two words"], env);
  assert.deepEqual([code, output], [7, "two words\n"]);
});

test("what the native program leaves out is done by the second WebAssembly program", noWindows, async () => {
  const without = join(modules, "without-commands");
  // As the native program does, it asks for another one only if npx says that there is one.
  await writeFile(without, '#!/bin/sh\n[ "$GOWASP_LAUNCHER" = npx ] && exit 69\nexit 1\n', { mode: 0o755 });
  const env = { ...bare, GOWASP_BINARY: without };
  const { code, output } = await runScript(["-v", "component", "no-such-file.wasm"], env);
  assert.equal(code, 1);
  assert.match(output, /WebAssembly program: the native one leaves this command out/);
  assert.match(output, /cannot read no-such-file\.wasm/);
  // The first WebAssembly program leaves it out as well.
  const { output: both } = await runScript(["component", "no-such-file.wasm"], { ...bare, GOWASP_BINARY: "wasm" });
  assert.match(both, /cannot read no-such-file\.wasm/);
});

test("GOWASP_BINARY that cannot be started is an error", noWindows, async () => {
  const { code, output } = await runScript(["--version"], { ...bare, GOWASP_BINARY: "/no/such/program" });
  assert.equal(code, 126);
  assert.match(output, /^error: \/no\/such\/program could not be started/);
});

test("the order: GOWASP_BINARY, the package of the platform, target/release, WebAssembly", withPackage, async () => {
  const onPath = join(modules, "on-path");
  await mkdir(onPath, { recursive: true });
  await writeFile(join(onPath, "gowasp"), "#!/bin/sh\necho from PATH\n", { mode: 0o755 });
  const env = { PATH: `${onPath}:${bare.PATH}` };
  const built = join(modules, "gowasp", "target", "release");
  await mkdir(built, { recursive: true });
  await writeFile(join(built, "gowasp"), "#!/bin/sh\necho from target/release\n", { mode: 0o755 });
  const { remove } = await installPlatform("#!/bin/sh\necho from the package\n", await ownVersion());

  assert.equal((await runScript([], { ...env, GOWASP_BINARY: "/bin/pwd" })).output.trim(), process.cwd());
  assert.equal((await runScript([], env)).output, "from the package\n");
  await remove();
  assert.equal((await runScript([], env)).output, "from target/release\n");
  await rm(dirname(built), { recursive: true });
  const { code, output } = await runScript(["--version"], env);
  assert.deepEqual([code, output], [0, `gowasp ${await ownVersion()}\n`]);
});

test("GOWASP_BINARY=wasm asks for WebAssembly", withPackage, async () => {
  const { remove } = await installPlatform("#!/bin/sh\necho from the package\n", await ownVersion());
  const { output } = await runScript(["--version"], { ...bare, GOWASP_BINARY: "wasm" });
  await remove();
  assert.equal(output, `gowasp ${await ownVersion()}\n`);
});

test("-v says which program runs", withPackage, async () => {
  assert.match((await runScript(["optimize", "-v"])).output, /^WebAssembly program: @gowasp\/\S+ is not installed\n/);
  const { remove } = await installPlatform("#!/bin/sh\n", await ownVersion());
  const { output } = await runScript(["optimize", "-v"]);
  assert.match(output, new RegExp(`^native program: .*gowasp \\(${ownPackage}\\)\n$`));
  assert.equal((await runScript(["optimize", "--", "-v"])).output, "");
  await remove();
});

test("a package of another version is an error that says what to do", withPackage, async () => {
  const { remove } = await installPlatform("#!/bin/sh\necho started\n", "0.0.1");
  const { code, output } = await runScript(["--version"]);
  await remove();
  assert.equal(code, 1);
  assert.match(output, new RegExp(`^error: ${ownPackage} 0\\.0\\.1 is installed beside gowasp .*npm install`));
});

test("WebAssembly runs where the package's program cannot be started", withPackage, async () => {
  // A C library that is not there looks the same to the system as an interpreter that is not; packing tools lose modes.
  for (const [program, mode] of [
    ["#!/no/such/interpreter\n", 0o755],
    ["#!/bin/sh\n", 0o644],
  ]) {
    const { remove } = await installPlatform(program, await ownVersion(), mode);
    const { code, output } = await runScript(["--version"]);
    await remove();
    assert.equal(code, 0, output);
    assert.match(output, /^warning: .* could not be started: .*; going on with the WebAssembly program\ngowasp \d/);
  }
});

test("the WebAssembly program's exit codes are the native one's", async () => {
  assert.equal((await runScript(["optimize", "missing.wasm", "-o", "out.wasm"])).code, 1);
  assert.equal((await runScript(["optimise"])).code, 2);
});

test("a signal reaches the program, and its end is reported", noWindows, async () => {
  // On a machine under load a shell now and then does not get as far as its trap: then once more.
  for (let attempt = 1; ; attempt++) {
    const ended = await terminated("trap 'echo got it; exit 3' TERM; echo ready; while :; do sleep 0.05; done", 10_000);
    if (ended === undefined && attempt < 4) continue;
    assert.deepEqual(ended, [3, "ready\ngot it\n"]);
    return;
  }
});

test("a program that a signal ends is reported as a shell does", noWindows, async () => {
  assert.equal((await runScript(["-c", "kill -KILL $$"], { ...bare, GOWASP_BINARY: "/bin/sh" })).code, 128 + 9);
});

/** Exit code and output of a shell script that is told to end once it is ready; undefined if it takes longer than this. */
async function terminated(/** @type {string} */ program, /** @type {number} */ milliseconds) {
  const env = { ...process.env, GOWASP_BINARY: "/bin/sh" };
  const script = join(modules, "gowasp", "npx", "gowasp.mjs");
  // A process group of its own, so that nothing is left running if the signal gets lost.
  const child = spawn(process.execPath, [script, "-c", program], { env, detached: true });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    process.kill(-child.pid, "SIGKILL");
  }, milliseconds);
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
    if (String(chunk).includes("ready")) child.kill("SIGTERM");
  });
  const [code] = await once(child, "close");
  clearTimeout(timer);
  return late ? undefined : [code, output];
}
