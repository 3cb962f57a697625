// CONTRIBUTING, README and their like are true: the commands, options and paths that they name exist, and ARCHITECTURE's
// code map names every room.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { root } from "../../scripts/paths.mjs";

const documents = [
  "README.md",
  "scripts/package/README.md",
  "CONTRIBUTING.md",
  "ARCHITECTURE.md",
  "SECURITY.md",
  "docs/check.md",
  "docs/tried.md",
];
const read = (/** @type {string} */ path) => readFileSync(join(root, path), "utf8");
/** @type {Record<string, string>} */
const scripts = JSON.parse(read("package.json")).scripts;
const textOf = new Map(documents.map((path) => [path, read(path)]));

/** What stands in backquotes, and the lines of code blocks. */
function code(/** @type {string} */ text) {
  const blocks = [...text.matchAll(/^```sh.*\n([\s\S]*?)^```$/gm)].flatMap(([, lines]) => lines.split("\n"));
  const rest = text.replace(/^```[\s\S]*?^```$/gm, "");
  return [...blocks, ...[...rest.matchAll(/`([^`]+)`/g)].map(([, inline]) => inline)];
}

/** Every piece of code of every document, with where it is from. */
const pieces = [...textOf].flatMap(([path, text]) => code(text).map((piece) => ({ path, piece })));

test("npm commands are scripts of package.json", () => {
  const named = pieces.flatMap(({ path, piece }) =>
    [...piece.matchAll(/\bnpm run ([\w:-]+)/g)].map(([, name]) => ({ path, name })),
  );
  assert.ok(named.length > 20);
  assert.deepEqual(
    named.filter(({ name }) => !(name in scripts)),
    [],
  );
});

test("crates and test binaries of cargo commands exist", () => {
  const manifests = ["core", "cli", "web", "encoder"].map((name) => read(`optimizer/${name}/Cargo.toml`));
  for (const { path, piece } of pieces.filter(({ piece }) => /\bcargo \w+/.test(piece))) {
    for (const [, name] of piece.matchAll(/ -p ([\w-]+)/g)) {
      const isThere = manifests.some((manifest) => manifest.includes(`name = "${name}"`));
      assert.ok(isThere, `${path}: ${piece}`);
    }
    for (const [, name] of piece.matchAll(/ --test (\w+)/g)) {
      const places = ["core", "cli"].flatMap((one) => [
        `optimizer/${one}/tests/${name}`,
        `optimizer/${one}/tests/${name}.rs`,
      ]);
      assert.ok(
        places.some((place) => existsSync(join(root, place))),
        `${path}: ${piece}`,
      );
    }
  }
});

/** The text of a script and of all that it imports from here. */
function sources(/** @type {string} */ path, /** @type {Map<string, string>} */ found = new Map()) {
  if (found.has(path)) return found;
  const text = read(path);
  found.set(path, text);
  for (const [, from] of text.matchAll(/(?:from|import) "(\.[^"]+\.mjs)"/g)) sources(join(dirname(path), from), found);
  return found;
}

/** The script that a command runs, and the options that it gets. */
function command(/** @type {string} */ piece) {
  const [, file, npm, rest] = /^(?:\w+=\S+ )*(?:node ([\w./-]+\.mjs)|npm (?:run )?([\w:-]+) --)(.*)$/.exec(piece) ?? [];
  const script = file ?? /^node ([\w./-]+\.mjs)/.exec(scripts[npm ?? ""] ?? "")?.[1];
  return script && { script, options: [...rest.matchAll(/ --([a-z][\w-]*)/g)].map(([, name]) => name) };
}

test("scripts exist, and know the options that they are given", () => {
  let count = 0;
  for (const { path, piece } of pieces) {
    const called = command(piece);
    if (!called) continue;
    assert.ok(existsSync(join(root, called.script)), `${path}: ${piece}`);
    const text = [...sources(called.script).values()].join("\n");
    for (const name of called.options) {
      assert.ok(text.includes(`--${name}`) || text.includes(`"${name}": {`), `${path}: ${piece}: --${name}`);
      count++;
    }
  }
  assert.ok(count > 10);
});

test("gowasp has the commands and options that documents name", () => {
  const files = readdirSync(join(root, "optimizer/cli/src"), { recursive: true, encoding: "utf8" });
  const rust = files.filter((name) => name.endsWith(".rs")).map((name) => read(join("optimizer/cli/src", name)));
  const server = read("npx/serve.mjs");
  let count = 0;
  for (const { path, piece } of pieces) {
    const [, name] = /^(?:npx )?gowasp ([a-z]+)/.exec(piece) ?? [];
    assert.ok(!name || name === "serve" || rust.some((text) => text.includes(`gowasp ${name} `)), `${path}: ${piece}`);
    // The README's tables have the options of gowasp; elsewhere one by itself may be another program's.
    if (!name && !(path === "README.md" && piece.startsWith("--"))) continue;
    for (const [, option] of piece.replace(/ #.*/, "").matchAll(/(?:^| )--([a-z][a-z-]*)/g)) {
      const field = new RegExp(`\\b${option.replaceAll("-", "_")}\\b`);
      assert.ok(rust.some((text) => field.test(text)) || server.includes(option), `${path}: ${piece}`);
      count++;
    }
  }
  assert.ok(count > 20);
});

/** In Go's own source tree, on somebody else's server, or made by a build. */
const elsewhere =
  /^(runtime|internal|cmd|lib|misc|src|syscall|net|io|encoding|target|dist|app|public|build|node_modules)\//;
/** What bundlers, platforms and the npm package name with a slash. */
const name = /^(gowasp|asset)\/|^\w+\/workers$/;

const isPath = (/** @type {string} */ piece) =>
  (/^[\w.-]+(\/[\w.-]+)+\/?$|^[\w-]+\/$/.test(piece) || /^\w+\.(rs|snap)$/.test(piece)) &&
  !elsewhere.test(piece) &&
  !name.test(piece);

describe("paths", () => {
  for (const document of ["CONTRIBUTING.md", "ARCHITECTURE.md", "SECURITY.md"]) {
    test(document, () => {
      const named = code(textOf.get(document) ?? "").filter(isPath);
      assert.ok(named.length > 0);
      const files = tracked();
      assert.deepEqual(
        named.filter((path) => !isIn(path, files)),
        [],
      );
    });
  }
});

/** Whether a path, from the root or from any folder on, is one of these files or a folder of them. */
function isIn(/** @type {string} */ path, /** @type {string[]} */ files) {
  const folder = `/${path.replace(/\/$/, "")}/`;
  return files.some((file) => `/${file}/`.includes(folder));
}

describe("ARCHITECTURE's code map", () => {
  const map = read("ARCHITECTURE.md")
    .split(/^## /m)
    .find((part) => part.startsWith("Code map\n"));
  const places = [...(map ?? "").matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, cell]) => placesOf(cell));

  test("names what exists", () => {
    assert.ok(places.length > 50);
    assert.deepEqual(
      places.filter((place) => !existsSync(join(root, place))),
      [],
    );
  });

  test("names every room", () => {
    const rooms = new Set(
      tracked()
        .filter((path) => path.includes("/"))
        .flatMap(roomsOf),
    );
    const isNamed = (/** @type {string} */ room) =>
      places.some((place) => `${place}/`.startsWith(`${room}/`) || (place.endsWith("/") && room.startsWith(place)));
    assert.deepEqual(
      [...rooms].filter((room) => !isNamed(room)),
      [],
    );
  });
});

/** The paths of a cell; those after the first may be relative to its folder, or to the folder around that. */
function placesOf(/** @type {string} */ cell) {
  const [first, ...others] = [...cell.matchAll(/`([^`]+)`/g)].map(([, path]) => path);
  const near = [dirname(first), dirname(dirname(first)), ""];
  const place = (/** @type {string} */ path) => {
    const folder = near.find((one) => existsSync(join(root, one, path))) ?? "";
    return folder && folder !== "." ? `${folder}/${path}` : path;
  };
  return [first, ...others.map(place)];
}

function tracked() {
  const { stdout, status } = spawnSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8", maxBuffer: 1 << 26 });
  assert.equal(status, 0);
  return stdout.split("\0");
}

/** The rooms that a file is in: its first two folders, and in the two large trees the folders of these. */
function roomsOf(/** @type {string} */ path) {
  const folders = dirname(path).split("/");
  const rooms = [folders.slice(0, 2).join("/")];
  for (const tree of ["optimizer/core/src", "loader/ts"]) {
    if (path.startsWith(`${tree}/`) && dirname(path) !== tree) {
      rooms.push(folders.slice(0, tree.split("/").length + 1).join("/"));
    }
  }
  return rooms;
}
