/**
 * What an update costs, `tests/updates.snap`: a Go program is edited in five ways, and the delta from the program before the
 * edit is measured, of Go's own files and of gowasp's. A pass that makes updates dearer shows there.
 *
 *     node tests/bench/updates.mjs --check | --update
 *
 * Both deltas are made by the `zstd` command, so that they can be compared; `gowasp pack` makes smaller ones by brotli.
 *
 * Exit code 0 when the ledger is right, 1 when it is not, 2 for wrong usage.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { root } from "../../scripts/paths.mjs";
import { command, UsageError } from "../harness/command.mjs";
import { go } from "../harness/go.mjs";
import { releaseEnv } from "../harness/toolchain.mjs";
import { findOptimizer, optimized } from "./measure/gowasp.mjs";
import { ratio } from "./measure/table.mjs";

const LEDGER = join(root, "tests", "updates.snap");
const SOURCES = fileURLToPath(new URL("updates", import.meta.url));

const RELEASE = "1.26.8";
/** Another patch release of it. */
const OTHER_RELEASE = "1.26.5";

/**
 * @typedef {object} Edit
 * @property {string} name
 * @property {(text: (file: string, from: string, to: string) => void) => void} [change] replaces a text of a file
 * @property {string} [release]
 */

/** @type {Edit[]} */
const EDITS = [
  { name: "a line", change: (text) => text("main.go", '"cannot write:"', '"this cannot be written:"') },
  {
    name: "a function",
    change(text) {
      text("main.go", "// edit: statement", 'fmt.Fprintln(os.Stderr, longest(entries), "is the longest")');
      text(
        "main.go",
        "// edit: function",
        `func longest(entries []entry) (found string) {
	for _, one := range entries {
		if len(one.Word) > len(found) {
			found = one.Word
		}
	}
	return found
}`,
      );
    },
  },
  {
    name: "a dependency",
    change: (text) => text("words/words.go", "strings.Fields(text)", 'strings.Split(strings.TrimSpace(text), " ")'),
  },
  {
    name: "a new package",
    change(text) {
      text("main.go", "// edit: import", '"text/tabwriter"');
      text("main.go", "// edit: statement", "tabwriter.NewWriter(os.Stderr, 0, 8, 1, ' ', 0).Flush()");
    },
  },
  { name: "a Go patch release", release: OTHER_RELEASE },
];

/** @returns {Promise<string>} the ledger as it has to be */
async function measured() {
  const optimizer = await findOptimizer();
  const folder = mkdtempSync(join(tmpdir(), "gowasp-updates-"));
  try {
    const before = await versionOf({ name: "before" }, optimizer, folder);
    const lines = [
      "# What changed, and the bytes of a delta by zstd 19 of Go's own file and of gowasp's. Written by: npm run bench:updates -- --update",
      row(["edit", "Go", "gowasp", "of Go's"]),
    ];
    for (const edit of EDITS) {
      const after = await versionOf(edit, optimizer, folder);
      const [original, small] = [delta(before.original, after.original), delta(before.small, after.small)];
      lines.push(row([edit.name, original, small, ratio(small, original)]));
    }
    return `${lines.join("\n")}\n`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Builds the program with an edit; each time in the same folder, which Go writes into the file. */
async function versionOf(/** @type {Edit} */ { name, change, release = RELEASE }, optimizer, folder) {
  const sources = join(folder, "sources");
  rmSync(sources, { recursive: true, force: true });
  cpSync(SOURCES, sources, { recursive: true });
  change?.((file, from, to) => {
    const path = join(sources, file);
    const text = readFileSync(path, "utf8");
    if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
    writeFileSync(path, text.replace(from, to));
  });
  const original = join(folder, `${name.replaceAll(" ", "-")}.wasm`);
  const env = { ...releaseEnv(release), GOOS: "js", GOARCH: "wasm" };
  go(["build", "-trimpath", "-o", original, "."], env, sources);
  return { original, small: await optimized(optimizer, original) };
}

/** Bytes of the second file with the first as dictionary. */
function delta(/** @type {string} */ from, /** @type {string} */ to) {
  const out = `${to}.delta`;
  try {
    execFileSync("zstd", ["-19", "--long=27", "--quiet", "--force", `--patch-from=${from}`, to, "-o", out]);
    return statSync(out).size;
  } finally {
    rmSync(out, { force: true });
  }
}

function row([name, ...numbers]) {
  return `${name.padEnd(20)}${numbers.map((number) => String(number).padStart(10)).join("")}`;
}

await command(async () => {
  const { values } = parseArgs({ options: { check: { type: "boolean" }, update: { type: "boolean" } } });
  if (values.check === values.update) throw new UsageError("give one of --check and --update");
  const now = await measured();
  console.log(now);
  if (values.update) writeFileSync(LEDGER, now);
  else if (now !== readFileSync(LEDGER, "utf8")) {
    console.error(`${LEDGER} says otherwise; --update writes it`);
    return 1;
  }
  return 0;
});
