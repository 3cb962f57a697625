// `gowasp/parts`: all parts but `remote`, for places where nothing can be imported later. They start no workers either.

import * as fallback from "./fallback.js";
import * as files from "./files.js";
import type { Part } from "./options.js";
import * as other from "./other.js";
import * as ready from "./ready.js";
import * as refusal from "./refusal.js";
import * as source from "./source.js";
import * as system from "./system.js";
import * as verify from "./verify.js";

/** For the option `use` of `load()`. */
const parts: readonly Part[] = [fallback, files, other, ready, refusal, source, system, verify];
export default parts;
