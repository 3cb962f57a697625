// What the project depends on: every package is pinned with its hash, comes from the public registry, and has a licence of
// deny.toml.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (/** @type {string} */ name) => readFileSync(new URL(name, `file://${root}/`), "utf8");

/** A list of strings in deny.toml. */
function list(/** @type {string} */ key) {
  const [, items = ""] = new RegExp(`^${key} = \\[([^\\]]*)\\]`, "m").exec(read("deny.toml")) ?? [];
  return [...items.matchAll(/"([^"]+)"/g)].map(([, item]) => item);
}

/** Whether an SPDX expression can be satisfied; crates of old write `/` for OR. Brackets are only around an OR here. */
function isAllowed(/** @type {string} */ expression, /** @type {string[]} */ allowed) {
  const parts = expression.replaceAll("/", " OR ").split(/\s+AND\s+(?![^(]*\))/);
  const choices = (/** @type {string} */ part) => part.replace(/^\s*\(|\)\s*$/g, "").split(" OR ");
  return parts.every((part) => choices(part).some((licence) => allowed.includes(licence.trim())));
}

describe("Rust", () => {
  const arguments_ = ["metadata", "--format-version", "1", "--locked", "--all-features"];
  const metadata = JSON.parse(
    execFileSync("cargo", arguments_, { cwd: root, encoding: "utf8", maxBuffer: 2 ** 28, stdio: "pipe" }),
  );
  /** @type {{ name: string, source: string | null, license: string | null }[]} */
  const foreign = metadata.packages.filter(({ source }) => source !== null);

  test("every crate comes from a registry of deny.toml", () => {
    const registries = list("allow-registry").map((url) => `registry+${url}`);
    assert.ok(foreign.length > 50 && registries.length === 1);
    assert.deepEqual(
      foreign.filter(({ source }) => !registries.includes(source)),
      [],
    );
  });

  test("every crate has a licence of deny.toml", () => {
    const allowed = list("allow");
    const wrong = foreign.filter(({ license }) => !isAllowed(license ?? "none", allowed));
    assert.deepEqual(
      wrong.map(({ name, license }) => `${name}: ${license}`),
      [],
    );
    for (const license of ["GPL-3.0", "MIT AND GPL-3.0", "(MIT OR GPL-3.0) AND LGPL-2.1", "none"]) {
      assert.ok(!isAllowed(license, allowed), license);
    }
  });

  for (const lock of ["Cargo.lock", "scripts/wasm-tools/Cargo.lock"]) {
    test(`every crate of ${lock} has its hash, and none comes from elsewhere`, () => {
      const [registry] = list("allow-registry");
      const crates = read(lock).split("[[package]]").slice(1);
      const sourced = crates.filter((text) => /^source = /m.test(text));
      assert.ok(sourced.length > 50);
      const loose = sourced.filter((text) => !/^checksum = "[0-9a-f]{64}"$/m.test(text));
      const others = sourced.filter((text) => !text.includes(`source = "registry+${registry}"`));
      assert.deepEqual([loose, others], [[], []]);
    });
  }
});

for (const lock of ["package-lock.json", "tests/package/tools/package-lock.json", "scripts/api/package-lock.json"]) {
  test(`every npm package of ${lock} has its hash, and none comes from elsewhere`, () => {
    const { packages } = JSON.parse(read(lock));
    for (const [path, { integrity, resolved, link, inBundle }] of Object.entries(packages)) {
      if (path === "" || link || inBundle) continue;
      assert.match(integrity ?? "", /^sha512-/, path);
      assert.match(resolved ?? "https://registry.npmjs.org/", /^https:\/\/registry\.npmjs\.org\//, path);
    }
  });
}
