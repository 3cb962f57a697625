// Debug information and translated traces, as far as they need nothing but the command and the package; `npm run test:debug`
// has the rest.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { wasmtimeHome } from "../../scripts/engines.mjs";
import { gowaspBinary } from "../../scripts/paths.mjs";
import { node, wasmtime } from "../debug/stages.mjs";
import { withoutGo } from "../harness/go.mjs";

const tools = { example: "", gowasp: gowaspBinary, release: "local", quick: true };
const withoutWasmtime = !process.env.CI && !existsSync(wasmtimeHome) && "wasmtime is not installed";

test("stacks of V8 become the lines of Go's own tracebacks", { skip: withoutGo }, async () => {
  assert.match(await node(tools), /^\d+ frames$/);
});

test("traces of wasmtime have Go's lines, by DWARF and by side-car", {
  skip: withoutGo || withoutWasmtime,
}, async () => {
  assert.match(await wasmtime(tools), /^\d+ frames$/);
});
