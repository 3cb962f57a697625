let exportsOfProgram;

export function imports() {
  return { host: { callback: (levels) => exportsOfProgram.through(levels) } };
}

export function drive({ exports, print }) {
  exportsOfProgram = exports;
  const levels = 100_000;
  for (const name of ["direct", "through", "goroutine", "direct", "through"]) print(name, exports[name](levels));
}
