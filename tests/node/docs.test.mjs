// The documentation: its code runs, its tables are complete, its links lead somewhere. What runs in pages is in
// tests/browser/docs.test.mjs.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { load } from "../../dist/index.js";
import { root } from "../../scripts/paths.mjs";
import { blocksOf, documents, missingIn, printsOf } from "../docs/blocks.mjs";
import { project } from "../docs/given.mjs";
import { answerModule } from "./load/fixture.mjs";
import { withoutExports } from "./load/programs.mjs";

const read = (/** @type {string} */ path) => readFileSync(join(root, path), "utf8");

describe("blocks", () => {
  const all = documents().flatMap(blocksOf);

  test("each says how it is run", () => {
    const silent = all.filter(({ kind }) => kind === undefined);
    assert.deepEqual(
      silent.map(({ path, line, language }) => `${path}:${line} ${language}`),
      [],
    );
  });

  for (const path of documents()) {
    const blocks = blocksOf(path).filter(({ kind }) => kind === "node" || kind === "shell");
    if (blocks.length === 0) continue;
    describe(path, { skip: withoutExports }, () => {
      /** @type {Awaited<ReturnType<typeof project>>} */
      let given;
      before(async () => {
        given = await project();
        for (const { file, text } of blocksOf(path)) if (file) await writeFile(join(given.folder, file), text);
      });
      after(() => given.close());
      for (const block of blocks) {
        test(`line ${block.line}`, async () => {
          const name = `line-${block.line}.mjs`;
          await writeFile(join(given.folder, name), block.text);
          const [command, ...args] =
            block.kind === "node" ? [process.execPath, name] : ["bash", "-euo", "pipefail", name];
          const options = {
            cwd: given.folder,
            env: given.env,
            encoding: /** @type {const} */ ("utf8"),
            timeout: 120_000,
          };
          const { status, stdout, stderr } = spawnSync(command, args, options);
          assert.equal(status, 0, stderr);
          assert.deepEqual(missingIn(stdout.split("\n"), printsOf(block)), [], stdout);
        });
      }
    });
  }
});

test("types of the blocks in TypeScript", { skip: withoutExports }, async () => {
  const blocks = documents()
    .flatMap(blocksOf)
    .filter(({ language, kind }) => language === "ts" && kind === "page");
  assert.ok(blocks.length > 0);
  const given = await project();
  try {
    const names = blocks.map(({ line }, at) => `${at}-line-${line}.ts`);
    for (const [at, { text }] of blocks.entries()) await writeFile(join(given.folder, names[at]), text);
    const flags = "--noEmit --strict --target es2022 --module nodenext --lib es2022,dom --types".split(" ");
    const tsc = join(root, "node_modules/.bin/tsc");
    const { status, stdout } = spawnSync(tsc, [...flags, "", ...names], { cwd: given.folder, encoding: "utf8" });
    assert.equal(status, 0, stdout);
  } finally {
    await given.close();
  }
});

describe("tables", () => {
  /** Rows of a document's tables: the cells, without the marks of code. */
  const rows = (/** @type {string} */ path) =>
    [...read(path).matchAll(/^\| `([^`]+)`.*\|$/gm)].map(([row, name]) => ({
      name,
      cells: row.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("`", "")),
    }));

  test("options.md has all options, and says what each takes", async () => {
    const [, table = ""] = /const OPTIONS.*?= \{(.*?)\n\};/s.exec(read("loader/ts/check.ts")) ?? [];
    const names = [...table.matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name);
    const module = new WebAssembly.Module(answerModule(0));
    const described = new Map(rows("docs/loader/options.md").map(({ name, cells }) => [name, cells]));
    for (const name of names) {
      const { message } = await load(module, { [name]: null }).catch((error) => error);
      const [, takes] = /must be (.*), not null$/.exec(message) ?? [];
      assert.equal(described.get(name)?.[2], takes, name);
    }
    const options = section("docs/loader/options.md", "Options");
    assert.deepEqual([...options.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name).toSorted(), names.toSorted());
  });

  test("options.md has all that an app has", () => {
    const [, members = ""] = /export interface GoApp<.*?\{(.*?)\n\}/s.exec(read("loader/ts/options.ts")) ?? [];
    const names = [...members.matchAll(/^ {2}(?:readonly )?(\w+)[:(]/gm)].map(([, name]) => name);
    const app = section("docs/loader/options.md", "The app");
    assert.deepEqual([...app.matchAll(/^\| `(?:app\.)?(\w+)/gm)].map(([, name]) => name).toSorted(), names.toSorted());
  });

  test("errors.md has all codes", () => {
    const [, union = ""] = /export type GowaspErrorCode =(.*?);/s.exec(read("loader/ts/errors.ts")) ?? [];
    const codes = [...union.matchAll(/"([\w-]+)"/g)].map(([, code]) => code);
    assert.ok(codes.length > 15);
    const headings = [...read("docs/loader/errors.md").matchAll(/^## `(.+)`$/gm)].map(([, code]) => code);
    assert.deepEqual(headings.toSorted(), codes.toSorted());
  });
});

/** The text below a heading of the second level. */
function section(/** @type {string} */ path, /** @type {string} */ heading) {
  const text = read(path)
    .split(/^## /m)
    .find((part) => part.startsWith(`${heading}\n`));
  assert.ok(text, `${path} has no section "${heading}"`);
  return text;
}

test("the reference of what the package exports has no warnings", () => {
  const arguments_ = [join(root, "scripts/docs.mjs"), "--emit", "none"];
  const { status, stdout, stderr } = spawnSync(process.execPath, arguments_, { encoding: "utf8" });
  assert.equal(status, 0, stdout + stderr);
});

test("links between documents lead to files and headings that there are", () => {
  const anchors = (/** @type {string} */ path) =>
    [...read(path).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .replace(/\s/g, "-"),
    );
  for (const path of documents()) {
    // Go's type arguments before a call look like a link.
    const text = read(path).replace(/^```[\s\S]*?^```$/gm, "");
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [file, anchor] = target.split("#");
      const to = file ? join(dirname(path), file) : path;
      assert.ok(existsSync(join(root, to)), `${path}: ${target}`);
      if (anchor) assert.ok(anchors(to).includes(anchor), `${path}: ${target}`);
    }
  }
});
