/**
 * npm packages that bring Go programs and the `wasm_exec.js` of their release, each with the line that is changed to have
 * `gowasp/wasm_exec` in its place, and calls that show what the program does.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "../../scripts/paths.mjs";
import { CALLS } from "../corpus/api.mjs";

/**
 * @typedef {object} Package
 * @property {string} go the release that built its program
 * @property {string} file where its `wasm_exec.js` is brought in
 * @property {(text: string) => string} patch
 * @property {(folder: string) => Promise<unknown[]>} call results of its functions
 */

const required = 'require("gowasp/wasm_exec")';

/** The classic script's text, for packages that hold one in another script. */
export const classicScript = () => readFileSync(join(root, "dist/wasm_exec.js"), "utf8");

/** @type {Record<string, Package>} */
export const PACKAGES = {
  "@cdktf/hcl2json": {
    go: "go1.18.5",
    file: "wasm/bridge_wasm_exec.js",
    patch: (text) => replaced(text, 'require("./wasm_exec")', required),
    call: async (folder) => callAll(createRequire(join(folder, "package.json"))(folder), CALLS.hcl2json),
  },
  "@astrojs/compiler": {
    go: "go1.22.12",
    file: "dist/node/index.js",
    patch: (text) =>
      replaced(text, 'import{a as c}from"../chunk-W5DTLHV4.js"', 'import{Go as c}from"gowasp/wasm_exec"'),
    call: async (folder) => callAll(await import(pathToFileURL(join(folder, "dist/node/index.js")).href), CALLS.astro),
  },
  "esbuild-wasm": {
    go: "go1.26.5",
    file: "wasm_exec_node.js",
    patch: (text) => replaced(text, 'require("./wasm_exec")', required),
    call: callEsbuild,
  },
  "excelize-wasm": {
    go: "go1.25.11",
    file: "main.cjs",
    patch: (text) => {
      const from = text.lastIndexOf("(()=>{", text.indexOf("globalThis.Go="));
      const to = text.indexOf("})(),exports.init", from);
      return `${text.slice(0, from)}${required}${text.slice(to + "})()".length)}`;
    },
    call: callExcelize,
  },
  webauthn4js: {
    go: "go1.21.1",
    file: "wasm_exec.js",
    // It runs the script with a global object of its own.
    patch: () => `module.exports = (globalThis) => {\n${classicScript()}\n};\n`,
    call: callWebauthn,
  },
};

/** @throws {Error} where the package is no longer as it was when this was written */
export function replaced(/** @type {string} */ text, /** @type {string} */ from, /** @type {string} */ to) {
  if (text.split(from).length !== 2) throw new Error(`${from} is not there, or twice`);
  return text.replace(from, () => to);
}

async function callAll(/** @type {any} */ api, /** @type {unknown[][]} */ calls) {
  const results = [];
  for (const [method, ...args] of calls)
    results.push(await outcome(() => api[/** @type {string} */ (method)](...args)));
  return results;
}

async function outcome(/** @type {() => unknown} */ call) {
  try {
    return { value: await call() };
  } catch (error) {
    return { error: String(error) };
  }
}

async function callEsbuild(/** @type {string} */ folder) {
  const esbuild = createRequire(join(folder, "package.json"))(folder);
  const line = (/** @type {number} */ i) => `export const größe${i}: number = ${i}, p${i} = <p>{größe${i}}</p>;\n`;
  const source = Array.from({ length: 200 }, (_, i) => line(i)).join("");
  const results = [
    await outcome(() => esbuild.transform(source, { loader: "tsx", minify: true, sourcemap: "inline" })),
    await outcome(() => esbuild.transform("let a = {", { logLevel: "silent" })),
    // What a plugin answers goes through Go's standard input.
    await outcome(async () => {
      const { outputFiles } = await esbuild.build({
        entryPoints: ["entry"],
        bundle: true,
        write: false,
        plugins: [virtual(source)],
      });
      return outputFiles.map((/** @type {{ text: string }} */ { text }) => text);
    }),
  ];
  await esbuild.stop();
  return results;
}

function virtual(/** @type {string} */ contents) {
  return {
    name: "virtual",
    setup(/** @type {any} */ build) {
      build.onResolve({ filter: /./ }, (/** @type {any} */ { path }) => ({
        path,
        namespace: "virtual",
        external: path !== "entry",
      }));
      build.onLoad({ filter: /./, namespace: "virtual" }, () => ({ contents, loader: "tsx" }));
    },
  };
}

async function callExcelize(/** @type {string} */ folder) {
  const { init } = createRequire(join(folder, "package.json"))(join(folder, "main.cjs"));
  const excelize = await init(join(folder, "excelize.wasm.gz"));
  const file = excelize.NewFile();
  const steps = [
    file.SetCellValue("Sheet1", "A1", 100),
    file.SetCellValue("Sheet1", "A2", "größe"),
    file.SetCellFormula("Sheet1", "A3", "=SUM(A1,23.5)"),
    file.CalcCellValue("Sheet1", "A3"),
    file.NewSheet("Second"),
    file.GetCellValue("Nowhere", "A1"),
    file.GetSheetMap(),
    file.AddChart("Sheet1", "D1", {
      Type: excelize.Col3DClustered,
      Series: [{ Name: "Sheet1!$A$1", Categories: "Sheet1!$A$1:$A$2", Values: "Sheet1!$A$1:$A$3" }],
    }),
  ];
  const { buffer } = file.WriteToBuffer();
  const read = excelize.OpenReader(buffer);
  return [...steps, read.GetRows("Sheet1"), read.GetCellValue("Sheet1", "A2"), read.GetSheetList()];
}

async function callWebauthn(/** @type {string} */ folder) {
  const make = createRequire(join(folder, "package.json"))(folder);
  const config = { RPDisplayName: "gowasp", RPID: "localhost", RPOrigins: ["https://localhost"] };
  const user = { id: Buffer.from("1"), name: "größe", displayName: "g", credentials: [] };
  const webauthn = await make(config);
  const { options } = await webauthn.beginRegistration(user, (/** @type {any} */ cco) => ({ ...cco, timeout: 1 }));
  const results = [
    { ...options, publicKey: { ...options.publicKey, challenge: options.publicKey.challenge.length } },
    await outcome(() => webauthn.beginLogin(user)),
    await outcome(() => webauthn.finishRegistration(user, {}, {})),
    await outcome(() => make({ ...config, RPDisplayName: "" })),
  ];
  webauthn.on("error", ({ message }) => results.push(message));
  const exited = new Promise((resolve) => webauthn.on("exit", resolve));
  webauthn.exit(3);
  return [...results, await exited];
}
