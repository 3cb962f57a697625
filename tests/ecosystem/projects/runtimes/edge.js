// A Worker for Cloudflare that is a Go program; the build says how many instances.

import { goHandler } from "gowasp/workers";
import module from "./edge.wasm";

export default goHandler(module, { instances: INSTANCES, timeout: 3000 });
