import { goHandler } from "gowasp/workers";
import module from "../build/worker.wasm";

export default goHandler(module, { instances: "shared" });
