// The plugin for bundlers, in esbuild: what it says of what cannot be built, what it declares, keeps and watches. The bundlers
// themselves are in tests/ecosystem/plugins.mjs.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import gowasp from "../../dist/plugin/esbuild.js";
import { gowaspBinary, root } from "../../scripts/paths.mjs";
import { withoutExports } from "./load/programs.mjs";

const given = join(root, "tests/ecosystem/plugin");

describe("plugin", { skip: withoutExports }, () => {
  /** @type {string} */
  let project;
  before(async () => {
    project = await mkdtemp(join(tmpdir(), "gowasp-plugin-"));
    await mkdir(join(project, "node_modules"));
    await symlink(root, join(project, "node_modules/gowasp"));
  });
  beforeEach(async () => {
    for (const name of ["cmd", "greeting", "go.mod"]) {
      await rm(join(project, name), { recursive: true, force: true });
      await cp(join(given, name), join(project, name), { recursive: true });
    }
  });
  after(() => rm(project, { recursive: true, force: true }));

  /** What a bundle with one import gives. */
  const bundle = (
    /** @type {string} */ specifier,
    /** @type {import("../../dist/plugin/options.js").GowaspOptions} */ options = {},
  ) =>
    build({
      stdin: {
        contents: `import app from ${JSON.stringify(specifier)}; console.log(app.url)`,
        resolveDir: project,
        sourcefile: join(project, "page.js"),
      },
      absWorkingDir: project,
      bundle: true,
      splitting: true,
      format: "esm",
      outdir: "dist",
      write: false,
      logLevel: "silent",
      plugins: [gowasp({ pack: false, ...options })],
    });

  /** What it says of one that cannot be built. */
  const errorsOf = async (/** @type {string} */ specifier, options = {}) => {
    const { errors } = await bundle(specifier, options).then(assert.fail, (error) => error);
    return /** @type {import("esbuild").Message[]} */ (errors).map(({ text, location }) => ({
      text,
      at: location && `${location.file.replace(/.*(cmd|greeting)\//, "$1/")}:${location.line}:${location.column}`,
    }));
  };

  const rewrite = async (/** @type {string} */ name, /** @type {string} */ from, /** @type {string} */ to) => {
    const text = await readFile(join(project, name), "utf8");
    assert.ok(text.includes(from));
    await writeFile(join(project, name), text.replace(from, to));
  };

  describe("what cannot be built is said where it is", () => {
    test("errors of the compiler, all of them", async () => {
      await rewrite("cmd/app/main.go", "greeting.For(name)", "nobody, nothing");
      const errors = await errorsOf("./cmd/app?gowasp");
      assert.deepEqual(errors.slice(0, 2), [
        { text: '"example.com/plugin/greeting" imported and not used', at: "cmd/app/main.go:8:1" },
        { text: "undefined: nobody", at: "cmd/app/main.go:15:13" },
      ]);
    });

    test("in another package", async () => {
      await rewrite("greeting/greeting.go", "return", "retrun");
      assert.match((await errorsOf("./cmd/app?gowasp"))[0]?.at ?? "", /^greeting\/greeting\.go:5:/);
    });

    test("a package for another GOOS", async () => {
      await rewrite("cmd/app/main.go", "package main", "//go:build !wasip1\n\npackage main");
      const [error] = await errorsOf("./cmd/app?gowasp&goos=wasip1");
      assert.match(error?.text ?? "", /build constraints exclude all Go files/);
    });

    test("a GOOS that there is not", async () => {
      const [error] = await errorsOf("./cmd/app?gowasp&goos=linux");
      assert.match(error?.text ?? "", /goos must be js or wasip1, not linux/);
    });

    test("no go", async () => {
      const [error] = await errorsOf("./cmd/app?gowasp", { go: "no-such-go" });
      assert.match(error?.text ?? "", /cmd\/app is a Go package, and there is no program no-such-go/);
    });

    test("no folder, and no file", async () => {
      for (const path of ["./cmd/nowhere", "./nothing.wasm"]) {
        const [error] = await errorsOf(`${path}?gowasp`);
        assert.match(error?.text ?? "", /(nowhere|nothing\.wasm) cannot be read: ENOENT/);
      }
    });

    test("a file that is no module", async () => {
      await writeFile(join(project, "text.wasm"), "no module");
      const [error] = await errorsOf("./text.wasm?gowasp", { pack: true });
      assert.match(
        error?.text ?? "",
        /^[^\n]*gowasp-plugin-\w+\/text\.wasm cannot be packed: .*not a WebAssembly module/,
      );
    });
  });

  test("a path from the project's own root, as in a page", async () => {
    const addresses = async (/** @type {string} */ specifier) =>
      (await bundle(specifier)).outputFiles.map(({ path }) => path).filter((path) => /app-\w+\.wasm$/.test(path));
    const relative = await addresses("./cmd/app?gowasp");
    assert.equal(relative.length, 1);
    assert.deepEqual(await addresses("/cmd/app?gowasp"), relative);
  });

  test("flags of the import and of the configuration", async () => {
    await writeFile(join(project, "cmd/app/one.go"), "//go:build one\n\npackage main\n\nvar one = two\n");
    const [error] = await errorsOf("./cmd/app?gowasp&flags=-tags%3Done");
    assert.match(error?.text ?? "", /undefined: two/);
    assert.deepEqual(await errorsOf("./cmd/app?gowasp", { flags: ["-tags=one"] }), [error]);
  });

  test("what was packed is kept by its content", async () => {
    const options = { pack: true, packFlags: ["--brotli=1"] };
    const names = async () => (await bundle("./cmd/app?gowasp", options)).outputFiles.map(({ path }) => path).sort();
    const kept = async () => (await readdir(join(project, "node_modules/.cache/gowasp/packed"))).length;
    const first = await names();
    assert.equal(await kept(), 1);
    await rm(join(project, "node_modules/.cache/gowasp/modules"), { recursive: true });
    assert.deepEqual(await names(), first);
    assert.equal(await kept(), 1);
    await rewrite("greeting/greeting.go", "Hello", "Bye");
    assert.notDeepEqual(await names(), first);
    assert.equal(await kept(), 2);
  });

  test("packs by the WebAssembly program where there is no native one", async () => {
    const before = process.env.GOWASP_BINARY;
    process.env.GOWASP_BINARY = "wasm";
    try {
      const { outputFiles } = await bundle("./cmd/app?gowasp", { pack: true, packFlags: ["--brotli=0", "-O0"] });
      const manifest = outputFiles.find(({ path }) => path.endsWith(".wasm.json"));
      const { generator, module } = JSON.parse(manifest?.text ?? "{}");
      assert.match(generator, /gzip by zlib/, "Node's, which the native program does not have");
      for (const { url } of [module, module.encodings.br, module.encodings.gzip]) {
        assert.ok(outputFiles.some(({ path }) => path === join(project, "dist", url)));
      }
    } finally {
      if (before === undefined) delete process.env.GOWASP_BINARY;
      else process.env.GOWASP_BINARY = before;
    }
  });

  describe("types", () => {
    const declared = () => readFile(join(project, "types/gowasp-env.d.ts"), "utf8");

    test("of exports, as `gowasp pack --types` writes them", async () => {
      await bundle("./cmd/app?gowasp", { types: "types" });
      const wasm = join(project, "app.wasm");
      const env = { ...process.env, GOOS: "js", GOARCH: "wasm", GOFLAGS: "" };
      assert.equal(spawnSync("go", ["build", "-o", wasm, "./cmd/app"], { cwd: project, env }).status, 0);
      const args = ["pack", wasm, "-o", join(project, "out"), "--types", join(project, "app.d.ts"), "--brotli=0", "-q"];
      const { status, stderr } = spawnSync(gowaspBinary, args, { encoding: "utf8" });
      assert.equal(status, 0, stderr);
      const members = (/** @type {string} */ text) => /\{\n((?: +\w.*;\n)+) *\}/.exec(text)?.[1]?.replace(/^ +/gm, "");
      const packed = members(await readFile(join(project, "app.d.ts"), "utf8"));
      assert.equal(packed, "add(p0: number, p1: number): bigint;\nreadonly mem: WebAssembly.Memory;\n");
      assert.equal(members((await declared()).split("GoProgram")[1] ?? ""), packed);
    });

    test("in TypeScript's eyes", async () => {
      await bundle("./cmd/app?gowasp", { types: "types" });
      await writeFile(
        join(project, "page.ts"),
        `import app from "./cmd/app?gowasp";
import other from "./cmd/other?gowasp";
import third from "./cmd/app?goos=wasip1&gowasp";
const { exports } = await app.load({ args: ["one"] });
const sum: bigint = exports.add(1, 2);
// @ts-expect-error: it takes no text
exports.add("1", 2);
// @ts-expect-error: there is none
exports.subtract(1, 2);
console.log(sum, other.url, (await third.load({ worker: true })).exited);
`,
      );
      const flags =
        "--noEmit --strict --target es2022 --module esnext --moduleResolution bundler --lib es2022,dom --types".split(
          " ",
        );
      const check = (/** @type {string} */ declarations) => {
        const args = [...flags, "", "page.ts", declarations];
        return spawnSync(join(root, "node_modules/.bin/tsc"), args, { cwd: project, encoding: "utf8" });
      };
      const { status, stdout } = check("types/gowasp-env.d.ts");
      assert.equal(status, 0, stdout);
      await writeFile(join(project, "client.d.ts"), '/// <reference types="gowasp/client" />\n');
      assert.match(check("client.d.ts").stdout, /^page\.ts/, "without the file nothing is known of exports");
    });

    test("programs stay declared that other pages import", async () => {
      await bundle("./cmd/app?gowasp", { types: "types" });
      await cp(join(project, "cmd/app"), join(project, "cmd/other"), { recursive: true });
      await bundle("./cmd/other?gowasp", { types: "types" });
      for (const name of ["app", "other"])
        assert.ok((await declared()).includes(`declare module "*/cmd/${name}?gowasp"`));
    });
  });

  test("what is watched: sources, embedded files, go.mod and go.work, nothing of Go's own", async () => {
    await mkdir(join(project, "library"), { recursive: true });
    await writeFile(join(project, "library/go.mod"), "module example.com/library\n\ngo 1.24\n");
    await writeFile(join(project, "library/library.go"), "package library\n\nconst Text = 1\n");
    await writeFile(join(project, "go.work"), "go 1.24\n\nuse (\n\t.\n\t./library\n)\n");
    await mkdir(join(project, "cmd/app/files"));
    await writeFile(join(project, "cmd/app/files/one.txt"), "1");
    await writeFile(
      join(project, "cmd/app/more.go"),
      'package main\n\nimport (\n\t"embed"\n\n\t_ "example.com/library"\n)\n\n//go:embed files\nvar files embed.FS\n',
    );
    const { watchedBy } = await sourceOf("plugin/go/watched.ts");
    const env = { ...process.env, GOOS: "js", GOARCH: "wasm" };
    const watched = await watchedBy({ go: "go", cwd: join(project, "cmd/app"), env, flags: [] });
    const files = [...watched.files].map((file) => file.slice(project.length + 1)).sort();
    const expected =
      "cmd/app/files/one.txt cmd/app/main.go cmd/app/more.go cmd/app/name.txt go.mod go.sum go.work go.work.sum greeting/greeting.go library/go.mod library/go.sum library/library.go";
    assert.deepEqual(files, expected.split(" "));
    const has = (/** @type {string} */ name) => watched.has(join(project, name));
    assert.deepEqual(
      [
        "cmd/app/new.go",
        "cmd/app/files/two.txt",
        "library/new.go",
        "cmd/app/new_test.go",
        "cmd/app/notes.md",
        "page.js",
      ].map(has),
      [true, true, true, false, false, false],
    );
    await rm(join(project, "go.work"));
  });

  /** A file of the plugin by itself. */
  async function sourceOf(/** @type {string} */ path) {
    const outfile = join(project, "source.mjs");
    await build({ entryPoints: [join(root, path)], outfile, bundle: true, platform: "node", format: "esm" });
    return import(pathToFileURL(outfile).href);
  }
});
