// A registry on this machine, which has nothing but what is published to it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run, track } from "../../scripts/process.mjs";
import { freePort } from "../harness/free_port.mjs";

/**
 * @typedef {object} Registry
 * @property {string} url
 * @property {string} npmrc a file of settings for npm
 * @property {(tarball: string) => Promise<void>} publish
 * @property {() => Promise<void>} close
 */

/**
 * @param {string} tools node_modules folder with verdaccio
 * @param {string} folder for what it stores
 * @returns {Promise<Registry>}
 */
export async function startRegistry(tools, folder) {
  await mkdir(folder, { recursive: true });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const config = {
    storage: join(folder, "storage"),
    auth: { htpasswd: { file: join(folder, "htpasswd") } },
    uplinks: {},
    packages: { "**": { access: "$all", publish: "$all" } },
    log: { type: "stdout", format: "pretty", level: "error" },
  };
  // JSON is YAML.
  await writeFile(join(folder, "config.yaml"), JSON.stringify(config));
  const npmrc = join(folder, "npmrc");
  // npm wants to send a token; the registry asks for none.
  await writeFile(npmrc, `registry=${url}\n//127.0.0.1:${port}/:_authToken=none\n`);
  const args = [join(tools, "verdaccio/bin/verdaccio"), "--config", join(folder, "config.yaml"), "--listen", url];
  const server = track(spawn(process.execPath, args, { stdio: ["ignore", "inherit", "inherit"] }));
  await untilAnswering(url, server);
  return {
    url,
    npmrc,
    publish: async (tarball) => {
      await run("npm", ["publish", tarball, "--userconfig", npmrc, "--provenance=false"], { output: "capture" });
    },
    close: async () => {
      server.kill();
      await once(server, "close");
    },
  };
}

/** How long it may take to start on a busy machine. */
const patience = 120_000;

async function untilAnswering(
  /** @type {string} */ url,
  /** @type {import("node:child_process").ChildProcess} */ server,
) {
  const end = Date.now() + patience;
  while (Date.now() < end && server.exitCode === null) {
    if (
      await fetch(`${url}-/ping`).then(
        (answer) => answer.ok,
        () => false,
      )
    )
      return;
    await new Promise((done) => setTimeout(done, 200));
  }
  server.kill();
  throw new Error("the registry does not start");
}
