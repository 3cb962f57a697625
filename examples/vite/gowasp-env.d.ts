// Written by gowasp's plugin: what the Go programs export that this project imports.
// Programs that are no longer imported stay until this file is removed.

declare module "*/cmd/app?gowasp" {
  const program: import("gowasp").GoProgram<{
    add(p0: number, p1: number): bigint;
    readonly mem: WebAssembly.Memory;
  }>;
  export default program;
}

declare module "*?gowasp" {
  const program: import("gowasp").GoProgram;
  export default program;
}

declare module "*&gowasp" {
  const program: import("gowasp").GoProgram;
  export default program;
}
