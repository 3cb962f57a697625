// The same as late/parts.ts, all in one file; without `remote`, the page's side of workers, because workers start none.

import * as other from "../program/other.js";
import * as ready from "../program/ready.js";
import * as system from "../program/system.js";
import * as refusal from "../refusal.js";
import * as tinygo from "../tinygo/tinygo.js";
import * as fallback from "../transport/fallback.js";
import * as files from "../transport/files.js";
import * as source from "../transport/source.js";
import * as verify from "../transport/verify.js";
import * as wasip1 from "../wasip1/wasip1.js";

export const parts = {
  fallback: async () => fallback,
  files: async () => files,
  other: async () => other,
  ready: async () => ready,
  refusal: async () => refusal,
  source: async () => source,
  system: async () => system,
  tinygo: async () => tinygo,
  verify: async () => verify,
  wasip1: async () => wasip1,
};
