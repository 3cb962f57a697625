// Calls an extism plugin by the SDK for Node, where it runs in V8, on this thread. What happens goes to standard output, a line each.
//
//     node node_host.mjs PACKAGES FILE
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [packages, file] = process.argv.slice(2);
const { createPlugin } = createRequire(join(packages, "package.json"))("@extism/extism");
const module = await WebAssembly.compile(readFileSync(file));
const options = {
  useWasi: true,
  config: { unit: "words" },
  functions: {
    "extism:host/user": {
      fails() {
        throw new Error("the host failed");
      },
    },
  },
};
const text = JSON.stringify({ text: "The quick brown fox jumps over the lazy dog the end" });

async function instance(/** @type {string} */ name) {
  const plugin = await createPlugin(module, options);
  return async (/** @type {string} */ called, /** @type {string} */ input) => {
    const outcome = await plugin.call(called, input).then(
      (/** @type {any} */ output) => JSON.stringify(output?.text()),
      (/** @type {Error} */ error) => `${error.constructor.name}: ${error.message.split("\n")[0]}`,
    );
    console.log(`${name} ${called}: ${outcome}`);
  };
}

const first = await instance("first");
await first("count", text);
await first("count", text);
await first("count", "no JSON");
// The same instance again after the host has left it in the middle of a call.
for (const levels of [0, 3, 200]) {
  await first("deep", "x".repeat(levels));
  await first("count", text);
}
const second = await instance("second");
await second("panics", "one two three");
await second("count", text);

const third = await instance("third");
await third("count", text);
