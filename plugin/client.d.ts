// What imports for the plugin give, where nothing more is known of the program: `/// <reference types="gowasp/client" />`.
// `gowasp-env.d.ts`, which the plugin writes, says what each program exports, and has these, too.

declare module "*?gowasp" {
  const program: import("gowasp").GoProgram;
  export default program;
}

declare module "*&gowasp" {
  const program: import("gowasp").GoProgram;
  export default program;
}
