// The decoder's wasm is not where it should be. In a file of its own, for a process that has not loaded it yet.

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { load } from "../../dist/index.js";
import { answerModule, endless, packed, plain, serve, whole } from "./load/fixture.mjs";

test("the next encoding is used, and the decoder is asked for again next time", async () => {
  const warnings = mock.method(console, "warn", () => {});
  const app = packed(answerModule());
  const routes = { ...plain(app), "/app.wasm.br": endless(app.br.subarray(0, 9000)) };
  const server = await serve(routes);
  const source = `${server.url}/app.json`;
  const first = await load(source, { decoderUrl: `${server.url}/missing.wasm` });
  assert.equal(first.via, "decompression-stream");
  assert.match(String(warnings.mock.calls[0]?.arguments[0]), /decoderUrl/);
  assert.equal(await server.busy(), 0, "the file that cannot be decoded is still being sent");
  routes["/app.wasm.br"] = whole(app.br);
  const second = await load(source);
  assert.equal(second.via, "decoder");
});
