// The same as parts.ts, all in one file; without `remote`, the page's side of workers: they start none.

import * as fallback from "./fallback.js";
import * as files from "./files.js";
import * as other from "./other.js";
import * as ready from "./ready.js";
import * as refusal from "./refusal.js";
import * as source from "./source.js";
import * as system from "./system.js";
import * as verify from "./verify.js";

export const parts = {
  fallback: async () => fallback,
  files: async () => files,
  other: async () => other,
  ready: async () => ready,
  refusal: async () => refusal,
  source: async () => source,
  system: async () => system,
  verify: async () => verify,
};
