// CommonJS may require a module that does not wait for anything while it is loaded.

const { GowaspError, load } = require("gowasp");

const { Go } = require("gowasp/wasm_exec");

if (new Go().argv[0] !== "js" || globalThis.Go !== Go) throw new Error("Go is missing");
if (typeof load !== "function" || !(GowaspError.prototype instanceof Error)) throw new Error("exports are missing");
