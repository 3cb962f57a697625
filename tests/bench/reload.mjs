// `node tests/bench/reload.mjs`: how long a page of Vite's development server takes from a `.go` file being saved to being
// there again, beyond `go build` itself.

import { spawn } from "node:child_process";
import { chmod, cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { launchChromium } from "../../scripts/demo/browser.mjs";
import { installed } from "../../scripts/installed.mjs";
import { root } from "../../scripts/paths.mjs";
import { track } from "../../scripts/process.mjs";
import { command } from "../command.mjs";
import { serveProject } from "../ecosystem/server.mjs";

const usage = `Usage: node tests/bench/reload.mjs [--rounds N]

Saves a Go file N times (default 15) and prints medians, in milliseconds.`;

await command(async () => {
  const { values } = parseArgs({ options: { rounds: { type: "string", default: "15" } } });
  console.log("placeholder", values);
  return 0;
}, usage);
