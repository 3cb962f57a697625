// What only some calls of load() need: files of their own, imported when they are needed. Nothing else in the loader
// imports anything late. In worker.js, which must not, parts/parts-at-hand.ts takes the place of this file.

export const parts = {
  fallback: () => import("../transport/fallback.js"),
  files: () => import("../transport/files.js"),
  other: () => import("../program/other.js"),
  ready: () => import("../program/ready.js"),
  refusal: () => import("../refusal.js"),
  remote: () => import("../worker/remote.js"),
  source: () => import("../transport/source.js"),
  symbolicate: () => import("../symbolicate/symbolicate.js"),
  system: () => import("../program/system.js"),
  tinygo: () => import("../tinygo/tinygo.js"),
  verify: () => import("../transport/verify.js"),
  wasip1: () => import("../wasip1/wasip1.js"),
};
