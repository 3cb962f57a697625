// `npm run test:examples`: sets up what the examples need beside the project itself, and runs their tests.

import { root } from "../../scripts/paths.mjs";
import { run } from "../../scripts/process.mjs";
import { setup } from "../../scripts/setup.mjs";

const { env } = await setup({ go: true });
await run("cargo", ["build", "--release", "-p", "gowasp"], { cwd: root, env });
const files = ["turborepo", "dask", "vite", "cloudflare-workers", "plugins"].map(
  (name) => `tests/examples/${name}.test.mjs`,
);
await run(process.execPath, ["--test", ...files], { cwd: root, env }).catch((error) => {
  process.exitCode = error.exitCode;
});
