// What only some calls of load() need: files of their own, loaded when they do. Nothing else in the loader imports
// anything late, so that a build for places where that is forbidden (workers) has one file to replace.

export const parts = {
  fallback: () => import("./fallback.js"),
  files: () => import("./files.js"),
  other: () => import("./other.js"),
  ready: () => import("./ready.js"),
  refusal: () => import("./refusal.js"),
  source: () => import("./source.js"),
  remote: () => import("./remote.js"),
  decoder: () => import("./decoder.js"),
};
