// `gowasp/parts`: all parts but `remote`, for places where nothing can be imported later. They start no workers either.

import type { Part } from "../options.js";
import * as other from "../program/other.js";
import * as ready from "../program/ready.js";
import * as system from "../program/system.js";
import * as refusal from "../refusal.js";
import * as symbolicate from "../symbolicate/symbolicate.js";
import * as tinygo from "../tinygo/tinygo.js";
import * as fallback from "../transport/fallback.js";
import * as files from "../transport/files.js";
import * as source from "../transport/source.js";
import * as verify from "../transport/verify.js";
import * as wasip1 from "../wasip1/wasip1.js";

/** For the option `use` of `load()`. */
const parts: readonly Part[] = [
  fallback,
  files,
  other,
  ready,
  refusal,
  source,
  symbolicate,
  system,
  tinygo,
  verify,
  wasip1,
];
export default parts;
