// Who imports whom: no files or folders do so in a circle, so that each can be read, tested and moved without the others.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { describe, test } from "node:test";
import { root } from "../../scripts/paths.mjs";

/** Whose files are looked at. Files that import each other only across these are looked at, too. */
const ROOMS = ["loader/ts", "npx", "plugin", "scripts", "tests", "optimizer/web/ts", "www/src"];

/** Projects of users that the tests build; they import what is not there before. */
const FOREIGN = /^(tests\/ecosystem\/(projects|edge)|tests\/package\/consumer)\//;

/** @typedef {{ from: string, to: string }} Import paths of files from the root */

/** The files that are looked at. */
function sources() {
  const all = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  const inRoom = (/** @type {string} */ file) => ROOMS.some((room) => file.startsWith(`${room}/`));
  const files = all.split("\n").filter((file) => inRoom(file) && /\.(mjs|ts)$/.test(file) && !FOREIGN.test(file));
  assert.ok(files.length > 400, `${files.length} files`);
  return files.filter((file) => existsSync(join(root, file)));
}

/** All imports of files by files, types included. */
function imports() {
  const files = sources();
  return files.flatMap((from) =>
    imported(readFileSync(join(root, from), "utf8"))
      .map((specifier) => posix.join(dirname(from), specifier.replace(/\?.*$/, "")))
      .map((to) => ({ from, to: files.includes(to) ? to : to.replace(/\.js$/, ".ts") }))
      .filter(({ to }) => files.includes(to)),
  );
}

/**
 * What a text's import lines name, by relative paths. `import()` is none: it is how a file is had that may come later.
 *
 * @param {string} text
 * @returns {string[]}
 */
function imported(text) {
  const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const lines = code.matchAll(/^(?:import|export)\b[^"'`;()]*?\bfrom\s+"(\.[^"]+)";$|^import "(\.[^"]+)";$/gm);
  return [...lines].map(([, from, alone]) => from ?? alone);
}

/**
 * The circles of each folder: there, what is in a folder inside it is one.
 *
 * @param {Import[]} all
 * @returns {string[]} `folder: unit, unit`, with an example of each import that closes it
 */
function circles(all) {
  /** @type {Map<string, Map<string, Map<string, Import>>>} by folder, by its unit, by the unit that this imports */
  const folders = new Map();
  for (const one of all) {
    const [from, to] = [one.from.split("/"), one.to.split("/")];
    const common = from.findIndex((part, at) => part !== to[at]);
    if (common < 0) continue;
    const units = entry(folders, from.slice(0, common).join("/"), () => new Map());
    entry(units, from[common], () => new Map()).set(to[common], one);
  }
  return [...folders].flatMap(([folder, units]) => {
    const reach = new Map([...units.keys()].map((unit) => [unit, reached(unit, units)]));
    const inCircle = [...units.keys()].filter((unit) => reach.get(unit)?.has(unit));
    const groups = new Set(
      inCircle.map((unit) =>
        inCircle
          .filter((other) => reach.get(unit)?.has(other) && reach.get(other)?.has(unit))
          .sort()
          .join(", "),
      ),
    );
    return [...groups].map((group) => {
      const names = group.split(", ");
      const edges = names.flatMap((unit) => [...(units.get(unit) ?? [])].filter(([to]) => names.includes(to)));
      return `${folder || "."}: ${group}\n${edges.map(([, { from, to }]) => `  ${from} imports ${to}`).join("\n")}`;
    });
  });
}

/**
 * @param {string} unit
 * @param {Map<string, Map<string, Import>>} units
 * @returns {Set<string>} what it imports, and what that imports
 */
function reached(unit, units) {
  /** @type {Set<string>} */
  const found = new Set();
  const pending = [unit];
  for (let from = pending.pop(); from !== undefined; from = pending.pop()) {
    for (const to of units.get(from)?.keys() ?? []) {
      if (found.has(to)) continue;
      found.add(to);
      pending.push(to);
    }
  }
  return found;
}

/**
 * @template K, V
 * @param {Map<K, V>} map
 * @param {K} key
 * @param {() => V} make
 */
function entry(map, key, make) {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
}

describe("imports", () => {
  test("of files and folders make no circle", () => {
    const found = circles(imports());
    assert.deepEqual(found, [], `${found.length} circles\n${found.join("\n")}`);
  });

  test("of the loader that come later are all of its parts", () => {
    const late = sources().filter((file) => {
      const text = readFileSync(join(root, file), "utf8").replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
      return file.startsWith("loader/ts/") && /(?<!typeof )\bimport\(/.test(text);
    });
    assert.deepEqual(late, ["loader/ts/late/parts.ts"]);
  });

  test("are all seen", () => {
    const text = `import { a } from "./a.mjs";
import {
  b,
} from "../b.mjs";
import * as c from "./c.ts";
import type { D } from "./d.ts";
import "./e.mjs";
export { f } from "./f.mjs";
// import { no } from "./no.mjs";
/** @typedef {import("./no.mjs").No} No */
import fs from "node:fs";
const g = () => import("./g.mjs");
`;
    const names = ["./a.mjs", "../b.mjs", "./c.ts", "./d.ts", "./e.mjs", "./f.mjs"];
    assert.deepEqual(imported(text), names);
  });

  test("in a circle are found, between files, folders, and through a third", () => {
    const from = (/** @type {string} */ from, /** @type {string} */ to) => ({ from, to });
    const count = (/** @type {Import[]} */ ...all) => circles(all).length;
    assert.equal(count(from("x/a", "x/b"), from("x/b", "x/a")), 1);
    assert.equal(count(from("x/a", "x/b"), from("x/b", "x/c"), from("x/c", "x/a")), 1);
    assert.equal(count(from("x/f/a", "x/g/b"), from("x/g/c", "x/f/d")), 1);
    assert.equal(count(from("x/f/a", "x/b"), from("x/b", "x/f/c")), 1);
    assert.equal(count(from("x/a", "x/b"), from("x/a", "x/c"), from("x/b", "x/c"), from("x/f/a", "x/a")), 0);
  });
});
