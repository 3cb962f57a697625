// The page that measures in a browser: every recursion with both modules, and sends back the levels.

import { depthOf } from "/run.mjs";

try {
  const { tasks, runs } = await (await fetch("/work.json")).json();
  const modules = await Promise.all(
    ["/original.wasm", "/gowasp.wasm"].map(async (url) => (await fetch(url)).arrayBuffer()),
  );
  const levels = {};
  for (const [name, args] of Object.entries(tasks)) {
    levels[name] = [[], []];
    for (let run = 0; run < runs; run++) {
      for (const [side, bytes] of modules.entries()) levels[name][side].push(await depthOf(bytes, args));
    }
  }
  await post({ userAgent: navigator.userAgent, levels });
} catch (error) {
  await post({ error: String(error?.stack ?? error) });
}

function post(value) {
  return fetch("/result", { method: "POST", body: JSON.stringify(value) });
}
