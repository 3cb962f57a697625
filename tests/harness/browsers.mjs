/**
 * Pages in browsers, without a driver: the browser is started on an address, and the page sends its result to the server that
 * it came from. So all browsers are asked in the same way.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findChromium } from "../../npx/exec/find-chromium.mjs";
import { findProgram } from "../../npx/find-program.mjs";
import { track } from "../../scripts/process.mjs";

/** Where Debian puts the small browser of WebKit's GTK port, whose path has the processor's name in it. */
const MINI_BROWSERS = ["x86_64", "aarch64"].map((cpu) => `/usr/lib/${cpu}-linux-gnu/webkit2gtk-4.1/MiniBrowser`);

const INSTALL = "is not installed: node scripts/setup.mjs --browsers";

/** No first-run pages, no reports; clocks as fine as they are, and no questions about pages that compute for long. */
const FIREFOX_PREFERENCES = {
  "app.normandy.enabled": false,
  "browser.aboutwelcome.enabled": false,
  "browser.shell.checkDefaultBrowser": false,
  "browser.startup.homepage_override.mstone": "ignore",
  "datareporting.policy.dataSubmissionEnabled": false,
  "dom.max_script_run_time": 0,
  "privacy.reduceTimerPrecision": false,
  "toolkit.telemetry.reportingpolicy.firstRun": false,
};

/**
 * @typedef {object} Browser
 * @property {() => string} missing why it cannot be used and what to do about it, or an empty string
 * @property {(url: string, profile: string) => string[]} command that shows a page; `profile` is an empty folder
 */

/** @type {Record<"chromium" | "firefox" | "webkit", Browser>} */
export const BROWSERS = {
  chromium: {
    missing: () => (findChromium() ? "" : `Chromium ${INSTALL}`),
    command: (url, profile) => {
      const quiet = [
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ];
      const options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", ...quiet];
      return [findChromium(), ...options, `--user-data-dir=${profile}`, url];
    },
  },
  firefox: {
    missing: () => (findFirefox() ? "" : `Firefox ${INSTALL}`),
    command: (url, profile) => {
      const lines = Object.entries(FIREFOX_PREFERENCES).map(
        ([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});`,
      );
      writeFileSync(join(profile, "user.js"), lines.join("\n"));
      return [findFirefox(), "--headless", "--no-remote", "--profile", profile, url];
    },
  },
  webkit: {
    missing: () => (findProgram(MINI_BROWSERS) && findProgram(["xvfb-run"]) ? "" : `WebKit ${INSTALL}`),
    command: (url) => ["xvfb-run", "-a", findProgram(MINI_BROWSERS), "--private", url],
  },
};

function findFirefox() {
  return findProgram(["firefox", "firefox-esr"]);
}

/**
 * Opens the page `/` in a browser and waits until it has posted a JSON value to `/result`. Meanwhile `/clock` answers with the
 * CPU time of each of the browser's processes (`mainThreads`), which no browser tells its pages.
 *
 * @param {keyof typeof BROWSERS} name
 * @param {Record<string, [type: string, body: string | Uint8Array]>} files by path
 * @param {{timeoutMs: number}} options
 * @returns {Promise<any>} the value
 * @throws {Error} when the browser does not start, ends, or takes too long, or the page posts `{error}`
 */
export async function resultOfPage(name, files, { timeoutMs }) {
  const profile = mkdtempSync(join(tmpdir(), `gowasp-${name}-`));
  const posted = withResolvers();
  let child;
  const clock = mainThreads(() => child.pid);
  const answers = { ...files, "/clock": () => ["application/json", JSON.stringify(clock())] };
  const server = createServer((request, response) => answer(request, response, answers, posted.resolve));
  await new Promise((resolve) => server.listen(0, "localhost", resolve));
  const [program, ...args] = BROWSERS[name].command(`http://localhost:${server.address().port}/`, profile);
  // A group of its own, so that the browser's children end with it.
  child = track(spawn(program, args, { stdio: "ignore", detached: true, env: { ...process.env, HOME: profile } }));
  const stop = () => endGroup(child.pid);
  process.once("exit", stop);
  child.on("error", ({ message }) => posted.reject(new Error(`${program}: ${message}`)));
  child.on("exit", (code) => posted.reject(new Error(`${name} ended with exit code ${code} before its page was done`)));
  const timer = setTimeout(() => posted.reject(new Error(`${name}: no result in ${timeoutMs / 1000} s`)), timeoutMs);
  try {
    const result = await posted.promise;
    if (result?.error) throw new Error(`${name}: ${result.error}`);
    return result;
  } finally {
    clearTimeout(timer);
    process.off("exit", stop);
    stop();
    server.closeAllConnections();
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** Isolated pages get clocks that are exact to some microseconds. */
const HEADERS = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cache-control": "no-store",
};

function answer(request, response, files, done) {
  if (request.method === "POST" && request.url === "/result") {
    let text = "";
    request.setEncoding("utf8").on("data", (part) => {
      text += part;
    });
    request.on("end", () => {
      response.writeHead(204, HEADERS).end();
      done(JSON.parse(text));
    });
    return;
  }
  const file = files[request.url];
  if (!file) return response.writeHead(404).end();
  const [type, body] = typeof file === "function" ? file() : file;
  response.writeHead(200, { ...HEADERS, "content-type": type }).end(body);
}

/** Reading all of `/proc` takes longer than some rounds: the group's processes are looked up again after so many looks. */
const LOOKS = 100;

/**
 * A clock of the CPU time that the main threads of a process group have had. Linux counts it up to the moment that a thread
 * begins to wait.
 *
 * @param {() => number} group
 * @returns {() => Record<string, number>} milliseconds by process id; empty where the system does not tell
 */
function mainThreads(group) {
  let processes = [];
  let looks = 0;
  return () => {
    if (looks++ % LOOKS === 0) processes = processesOf(group());
    const times = {};
    for (const pid of processes) {
      const time = procFile(`${pid}/task/${pid}/schedstat`)?.split(" ")[0];
      if (time) times[pid] = Number(time) / 1e6;
    }
    return times;
  };
}

function processesOf(group) {
  const all = existsSync("/proc/self/schedstat") ? readdirSync("/proc").filter((name) => /^\d+$/.test(name)) : [];
  // After the name in parentheses: state, parent, group.
  return all.filter((pid) => Number(procFile(`${pid}/stat`)?.split(") ").at(-1).split(" ")[2]) === group);
}

function procFile(name) {
  try {
    return readFileSync(`/proc/${name}`, "latin1");
  } catch {
    // The process has ended.
    return undefined;
  }
}

function endGroup(pid) {
  try {
    if (pid) process.kill(-pid, "SIGKILL");
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

/** `Promise.withResolvers`, which Node 20 does not have. */
function withResolvers() {
  const all = {};
  all.promise = new Promise((resolve, reject) => Object.assign(all, { resolve, reject }));
  return all;
}
