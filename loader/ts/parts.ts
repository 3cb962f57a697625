// What only some calls of load() need: files of their own, imported when they are needed. Nothing else in the loader
// imports anything late. In worker.js, which must not, parts-at-hand.ts takes the place of this file.

export const parts = {
  fallback: () => import("./fallback.js"),
  files: () => import("./files.js"),
  other: () => import("./other.js"),
  ready: () => import("./ready.js"),
  refusal: () => import("./refusal.js"),
  remote: () => import("./remote.js"),
  source: () => import("./source.js"),
  system: () => import("./system.js"),
  verify: () => import("./verify.js"),
};
