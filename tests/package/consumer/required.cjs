// CommonJS may require a module that does not wait for anything while it is loaded.

const { GowaspError, load } = require("gowasp");

if (typeof load !== "function" || !(GowaspError.prototype instanceof Error)) throw new Error("exports are missing");
