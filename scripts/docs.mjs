// `npm run docs`: the reference of what the npm package exports, from its comments. A warning is an error. TypeDoc lives in
// a lock file of its own, as it needs TypeScript's compiler as a library, which the newest releases are not.

import { join } from "node:path";
import { installed } from "./installed.mjs";
import { root } from "./paths.mjs";
import { run } from "./process.mjs";

const source = join(root, "scripts/api");
try {
  const typedoc = join(await installed(source, "tools/api"), "node_modules/typedoc/bin/typedoc");
  const options = ["--options", join(source, "typedoc.json"), ...process.argv.slice(2)];
  await run(process.execPath, [typedoc, ...options], { cwd: root });
} catch (error) {
  console.error(`npm run docs failed: ${/** @type {Error} */ (error).message}`);
  process.exitCode = 1;
}
