// nginx with the module that serves `FILE.br` to whom takes it, as people have it in front of what they have built.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProgram } from "../../npx/find-program.mjs";
import { track } from "../../scripts/process.mjs";
import { canInstallPackages, installPackages } from "../../scripts/setup/apt.mjs";

/** Where Debian and Ubuntu put it. */
const brotliStatic = "/usr/lib/nginx/modules/ngx_http_brotli_static_module.so";

/**
 * @typedef {object} Mount
 * @property {number} port
 * @property {string} prefix of the URL, with slashes around
 * @property {string} folder
 */

/**
 * Serves folders, each to pages of all origins.
 *
 * @param {Mount[]} mounts
 * @returns {Promise<() => Promise<void>>} ends it
 */
export async function startNginx(mounts) {
  const program = await nginx();
  const folder = await mkdtemp(join(tmpdir(), "gowasp-nginx-"));
  const config = join(folder, "nginx.conf");
  await writeFile(config, configuration(folder, mounts));
  const child = track(spawn(program, ["-c", config, "-p", folder], { stdio: ["ignore", "ignore", "pipe"] }));
  let said = "";
  child.stderr.on("data", (text) => (said += text));
  const close = async () => {
    if (child.exitCode === null) {
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
    }
    await rm(folder, { recursive: true, force: true });
  };
  for (const end = Date.now() + 10_000; Date.now() < end && child.exitCode === null; ) {
    const answers = mounts.map(({ port }) => fetch(`http://127.0.0.1:${port}/`).then(() => true));
    if (await Promise.all(answers).catch(() => false)) return close;
    await new Promise((done) => setTimeout(done, 50));
  }
  await close();
  throw new Error(`nginx does not start:\n${said}`);
}

async function nginx() {
  const places = ["nginx", "/usr/sbin/nginx"];
  const isThere = () => findProgram(places) && existsSync(brotliStatic);
  if (!isThere() && (await canInstallPackages())) {
    await installPackages(["nginx-light", "libnginx-mod-http-brotli-static"]);
  }
  const program = findProgram(places);
  if (program && isThere()) return program;
  throw new Error("There is no nginx with brotli_static: install nginx and libnginx-mod-http-brotli-static.");
}

function configuration(/** @type {string} */ folder, /** @type {Mount[]} */ mounts) {
  const servers = mounts.map(
    ({ port, prefix, folder }) => `
  server {
    listen 127.0.0.1:${port};
    location ${prefix} {
      alias ${folder}/;
      index index.html;
      brotli_static on;
      gzip_static on;
      add_header Access-Control-Allow-Origin *;
    }
  }`,
  );
  const kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  // Root's own workers would be nobody's, who may not read its folders.
  const user = process.getuid?.() === 0 ? "user root;\n" : "";
  return `load_module ${brotliStatic};
${user}daemon off;
pid ${folder}/nginx.pid;
error_log stderr error;
events {}
http {
  access_log off;
  ${kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`).join("\n  ")}
  types { application/wasm wasm; application/json json; text/javascript js; text/html html; }
  ${servers.join("")}
}
`;
}
