/**
 * Ways to build and run the same tests that make the runtime look at every return PC, stack pointer and stack map far more often.
 */

/**
 * @typedef {object} Variant
 * @property {string[]} flags of `go test -c`
 * @property {Record<string, string>} env of the running tests
 */

/** @type {Record<string, Variant>} */
export const VARIANTS = {
  plain: { flags: [], env: {} },
  // Every function that checks for room on its stack moves the stack first. With `all` in place of these packages, which
  // are those of runtime/debug.go, mayMoreStackPreempt, the original itself overflows its stack in many tests on wasm.
  maymorestack: {
    flags: ["runtime/...", "reflect", "sync"].map(
      (path) => `-gcflags=${path}=-d=maymorestack=runtime.mayMoreStackMove`,
    ),
    env: {},
  },
  // A collection whenever the heap has grown by 1 %.
  gc1: { flags: [], env: { GOGC: "1" } },
  // Every collection marks a second time and fails where that finds more; freed memory is overwritten (runtime/extern.go).
  checkmark: { flags: [], env: { GODEBUG: "gccheckmark=1,clobberfree=1" } },
};

/** What the variants other than `plain` run where no package is named: some take many times as long. */
export const VARIANT_PACKAGES = [
  "container/heap",
  "context",
  "encoding/json",
  "fmt",
  "reflect",
  "regexp",
  "runtime",
  "sort",
  "strings",
  "sync",
  "text/template",
];
