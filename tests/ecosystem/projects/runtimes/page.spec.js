// Under vitest and jest, with the document that jsdom or happy-dom makes.

import { runProgram } from "./scenario.js";

test("a program runs, with Node's files", async () => {
  const { text } = await runProgram("public/app/app.json", { fs: "node" });
  expect(text).toBe("Go with one, two\n");
});
