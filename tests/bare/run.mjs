// The README's two commands where nothing has been set up: a fresh clone, an empty home folder, no caches. Only Rust, Node and
// npm are those of this machine, as the README asks for. Says how long it took, and how much of the processors.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { root } from "../../scripts/paths.mjs";
import { run } from "../../scripts/process.mjs";
import { command, known } from "../harness/command.mjs";

const usage = `Usage: npm run test:bare [-- demo|test]

Runs \`npm run demo -- --check\` (default) or \`npm test\` of the last commit in a fresh clone with empty caches.`;

const commands = { demo: ["run", "demo", "--", "--check"], test: ["test"] };

await command(async () => {
  const { positionals } = parseArgs({ allowPositionals: true });
  const [name] = known("command", positionals.length > 0 ? positionals : ["demo"], Object.keys(commands));
  const folder = await mkdtemp(join(tmpdir(), "gowasp-bare-"));
  try {
    const clone = join(folder, "gowasp");
    await run("git", ["clone", "--quiet", "--depth", "1", `file://${root}`, clone]);
    return await measure(["npm", ...commands[name]], clone, await bareEnvironment(join(folder, "home")));
  } finally {
    await run("chmod", ["-R", "u+w", folder]);
    await rm(folder, { recursive: true, force: true });
  }
}, usage);

/** This machine's settings, programs and registries, but none of what was ever downloaded or built. */
async function bareEnvironment(/** @type {string} */ home) {
  await mkdir(home);
  const env = { ...process.env };
  for (const name of Object.keys(env))
    if (/^(XDG_|npm_(?!config_registry)|GOWASP_|CARGO_(?!REGISTR|NET|HTTP)|GO(PATH|CACHE|MODCACHE|BIN)$)/.test(name))
      delete env[name];
  return {
    ...env,
    HOME: home,
    // Rust itself stays; npm's settings may say which registry to ask.
    RUSTUP_HOME: process.env.RUSTUP_HOME || join(homedir(), ".rustup"),
    npm_config_userconfig: process.env.npm_config_userconfig || join(homedir(), ".npmrc"),
    npm_config_cache: join(home, ".npm"),
  };
}

async function measure(/** @type {string[]} */ args, /** @type {string} */ cwd, /** @type {NodeJS.ProcessEnv} */ env) {
  const start = performance.now();
  // The shell's `times` ends with the time of all processes that it waited for, and of theirs.
  const script = '"$@"; code=$?; times >&2; exit $code';
  const child = spawn("bash", ["-c", script, "bash", ...args], { cwd, env, stdio: ["ignore", "inherit", "pipe"] });
  let tail = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    process.stderr.write(text);
    tail = (tail + text).slice(-200);
  });
  const [code] = await once(child, "close");
  const [user, system] = [
    ...tail
      .trim()
      .split("\n")
      .at(-1)
      .matchAll(/(\d+)m([\d.]+)s/g),
  ].map(([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds));
  const seconds = (performance.now() - start) / 1000;
  console.log(`\n${args.join(" ")}: exit code ${code}, ${seconds.toFixed(0)} s`);
  console.log(`processor time: ${(user + system).toFixed(0)} s (${user.toFixed(0)} user, ${system.toFixed(0)} system)`);
  return code;
}
