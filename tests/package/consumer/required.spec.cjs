const { load } = require("gowasp");

test("load is there", () => {
  expect(typeof load).toBe("function");
});
